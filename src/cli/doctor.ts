import {
  chooseBackend,
  missingTrainingKernels,
  nativeBackendStatus,
  selfCheck,
  type BackendChoice,
  type SelfCheckResult,
} from '../backend/node/index.js';
import { BackendError } from '../core/index.js';
import { describeEnvironment, type Environment } from '../experiment/index.js';
import type { Invocation } from './command.js';
import { printProgress, printResult, table } from './output.js';

type NodeBackend = 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';

/** What was found out about one backend. */
interface Finding {
  readonly backend: NodeBackend;
  /** Why it is not at hand; `null` if it is. */
  readonly absent: string | null;
  readonly missingKernels: readonly string[];
  readonly checks: readonly SelfCheckResult[];
}

/** `longtail doctor`: versions, backends, kernels and gradients. */
export async function runDoctor({ options }: Invocation): Promise<void> {
  const asked = options['backend'] as NodeBackend | 'auto' | undefined;
  const names: NodeBackend[] = asked && asked !== 'auto' ? [asked] : ['tensorflow', 'wasm', 'cpu'];
  const findings: Finding[] = [];
  for (const name of names) {
    printProgress(`checking ${name} ...`);
    findings.push(await examine(name));
  }
  const best = await chooseBackend(asked ?? 'auto').catch(() => null);
  const advice = await advise(best, findings);
  const environment = best && (await describeEnvironment(best, null));
  printResult(options['json'] === true, { environment, best, findings, advice }, () =>
    describe(environment, asked, findings, advice),
  );
  const broken = findings.filter(isBroken);
  if (broken.length > 0 || best === null) {
    const got = best === null ? 'none' : broken.map(({ backend }) => backend).join(', ');
    throw new BackendError('doctor', 'backends that compute right', got, 'The failed checks are listed above');
  }
}

async function examine(backend: NodeBackend): Promise<Finding> {
  try {
    await chooseBackend(backend);
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    return { backend, absent: error.message, missingKernels: [], checks: [] };
  }
  return { backend, absent: null, missingKernels: missingTrainingKernels(backend), checks: await selfCheck() };
}

function isBroken({ missingKernels, checks }: Finding): boolean {
  return missingKernels.length > 0 || checks.some(({ ok }) => !ok);
}

/** How to get a faster backend than the one that would be taken. */
async function advise(best: BackendChoice | null, findings: readonly Finding[]): Promise<string[]> {
  const absent = (name: NodeBackend): boolean =>
    findings.some(({ backend, absent }) => backend === name && absent !== null);
  const advice: string[] = [];
  if (absent('tensorflow')) advice.push('native speed: longtail backend install');
  else if (best?.name === 'tensorflow') {
    const { source, broken } = await nativeBackendStatus();
    for (const reason of broken) advice.push(`your own ${reason}; taken instead: ${source ?? 'none'}`);
  }
  if (absent('wasm')) advice.push('the fallback that needs no compiler: npm i @tensorflow/tfjs-backend-wasm');
  return advice;
}

function describe(
  environment: Environment | null,
  asked: string | undefined,
  findings: readonly Finding[],
  advice: readonly string[],
): string {
  const rows = findings.map(({ backend, absent, missingKernels, checks }) => {
    if (absent !== null) return [backend, 'not at hand', '', ''];
    const passed = checks.filter(({ ok }) => ok).length;
    const worst = Math.max(...checks.map(({ maxError, tolerance }) => maxError / tolerance));
    const kernels = missingKernels.length === 0 ? 'all' : `lacks ${missingKernels.join(', ')}`;
    return [backend, kernels, `${passed} of ${checks.length}`, worst.toPrecision(2)];
  });
  const failed = findings.flatMap(({ backend, checks }) =>
    checks
      .filter(({ ok }) => !ok)
      .map(
        ({ op, message, maxError, tolerance }) =>
          `${backend}: ${op}: ${message ?? `error ${maxError}, allowed ${tolerance}`}`,
      ),
  );
  const absences = findings.flatMap(({ backend, absent }) => (absent === null ? [] : [`${backend}: ${absent}`]));
  const versions = environment
    ? [
        `tfjs-longtail ${environment.longtail}, TensorFlow.js ${environment.tfjs}, Node ${environment.node}, ${environment.machine}`,
        `${asked ?? 'auto'} takes ${environment.backend}: ${environment.backendReason}`,
      ]
    : ['no backend could be started'];
  return [
    ...versions,
    table(['backend', 'training kernels', 'gradient checks passed', 'worst error / allowed'], rows, 'left'),
    ...failed.map((line) => `FAILED  ${line}`),
    ...absences.map((line) => `absent  ${line}`),
    ...advice.map((line) => `advice  ${line}`),
  ].join('\n');
}
