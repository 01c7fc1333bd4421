import { rm } from 'node:fs/promises';
import path from 'node:path';
import { BackendError } from '../../core/index.js';
import { compileAddons, tryAddon } from './addon.js';
import { runCommand } from './command.js';
import { sealFolder } from './manifest.js';
import { downloadPackage, extractPackage } from './packages.js';
import type { NativePlan, WheelPin } from './pins.js';
import type { Steps } from './progress.js';
import { writeTfjsStubs } from './stubs.js';
import { downloadWheel, extractWheel } from './wheel.js';

/** What a build needs besides the plan. */
export interface BuildContext {
  readonly where: string;
  readonly compiler: string;
  readonly steps: Steps;
  readonly signal: AbortSignal;
  readonly tryAddon?: typeof tryAddon | undefined;
}

/** Steps of an installation: the check of the tools, and what {@link buildInstallation} announces. */
export function countSteps(plan: NativePlan): number {
  return 6 + plan.cuda.length;
}

/**
 * Makes a whole installation in the folder `target`; downloads and sources lie beside it for the time being.
 *
 * `tensorflow/` holds the libraries and, in the same folder, the addons (they find each other by a relative path, as
 * TensorFlow finds `nvidia/`); `node_modules/` holds tfjs-node's JavaScript.
 */
export async function buildInstallation(plan: NativePlan, target: string, context: BuildContext): Promise<void> {
  const { where, compiler, steps, signal } = context;
  const aside = path.join(path.dirname(target), 'sources');
  const libraries = path.join(target, 'tensorflow');
  const headers = path.join(aside, 'include');

  await fetchTensorflow(plan, { libraries, headers, aside: path.join(aside, 'wheel') }, context);
  for (const pin of plan.cuda) await fetchCuda(pin, target, path.join(aside, 'cuda'), context);
  steps.next('downloading tfjs-node');
  const sources = await fetchPackages(plan, path.join(target, 'node_modules'), aside, context);
  steps.next('compiling the addon');
  await compileAddons(where, compiler, plan, { ...sources, tensorflow: headers, libraries }, signal);
  steps.next('trying it');
  await (context.tryAddon ?? tryAddon)(where, libraries, signal);
  const about = { id: plan.id, libtensorflow: plan.tensorflow.version, tfjsNode: plan.tfjsNode.version };
  await sealFolder(target, { ...about, gpu: plan.cuda.length > 0 }, signal);
}

async function fetchTensorflow(
  plan: NativePlan,
  folders: { readonly libraries: string; readonly headers: string; readonly aside: string },
  { where, steps, signal }: BuildContext,
): Promise<void> {
  const wheel = await download(plan.tensorflow, folders.aside, { where, steps, signal });
  steps.next('unpacking libtensorflow');
  const targets = new Map<string, string>();
  for (const name of plan.libraries) targets.set(`tensorflow/${name}`, path.join(folders.libraries, name));
  for (const name of plan.headers) targets.set(`tensorflow/include/${name}`, path.join(folders.headers, name));
  const count = await extractWheel(wheel, (entry) => targets.get(entry), signal);
  if (count !== targets.size) throw new BackendError(where, `${targets.size} needed files in the wheel`, count);
  await rm(wheel);
  for (const name of plan.libraries) await strip(path.join(folders.libraries, name), signal);
}

async function fetchCuda(pin: WheelPin, target: string, aside: string, context: BuildContext): Promise<void> {
  const wheel = await download(pin, aside, context);
  const targetOf = (entry: string): string | undefined =>
    entry.startsWith('nvidia/') ? path.join(target, entry) : undefined;
  await extractWheel(wheel, targetOf, context.signal);
  await rm(wheel);
}

function download(
  pin: WheelPin,
  into: string,
  { where, steps, signal }: Pick<BuildContext, 'where' | 'steps' | 'signal'>,
): Promise<string> {
  const what = `downloading ${pin.distribution} ${pin.version}`;
  steps.next(`${what} (${pin.megabytes} MB)`);
  // At the end pip holds the file twice.
  const megabytes = (bytes: number): number => Math.min(Math.round(bytes / 1e6), pin.megabytes);
  const onBytes = (bytes: number): void => steps.note(`${what} (${megabytes(bytes)} of ${pin.megabytes} MB)`);
  return downloadWheel(where, pin, into, { onBytes, signal });
}

/** Symbol tables are a quarter of the libraries; where there is no `strip` they stay. */
async function strip(file: string, signal: AbortSignal): Promise<void> {
  if (process.platform !== 'linux') return;
  await runCommand('strip', ['--strip-unneeded', file], { signal }).catch(() => signal.throwIfAborted());
}

/** Puts tfjs-node's JavaScript into `nodeModules` and the sources of its addon `aside`; returns where those are. */
async function fetchPackages(
  plan: NativePlan,
  nodeModules: string,
  aside: string,
  { where, signal }: BuildContext,
): Promise<{ tfjsNode: string; nodeApi: string }> {
  const tfjsNode = path.join(aside, 'tfjs-node');
  const headers = path.join(aside, 'node-api-headers');
  const tarball = await downloadPackage(where, plan.tfjsNode, aside, signal);
  await extractPackage(tarball, path.join(nodeModules, plan.tfjsNode.name), isRuntimeFile, signal);
  await extractPackage(tarball, tfjsNode, (file) => file.startsWith('binding/'), signal);
  const protobuf = await downloadPackage(where, plan.protobuf, aside, signal);
  await extractPackage(protobuf, path.join(nodeModules, plan.protobuf.name), isRuntimeFile, signal);
  const nodeApi = await downloadPackage(where, plan.nodeApiHeaders, aside, signal);
  await extractPackage(nodeApi, headers, (file) => file.startsWith('include/'), signal);
  await writeTfjsStubs(nodeModules);
  return { tfjsNode, nodeApi: path.join(headers, 'include') };
}

function isRuntimeFile(file: string): boolean {
  const isScript = file.endsWith('.js') && !file.endsWith('_test.js') && !/^(scripts|src)\//.test(file);
  return isScript || file === 'package.json' || file.startsWith('LICENSE');
}
