// Checks the package as users get it: publint, attw and knip; then the packed tarball, installed into an empty project, used
// by `import`, by `require`, by TypeScript, by a bundler and through its command. Anything of ours on stderr fails.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import ts from 'typescript';
import { bundle, keeping, roomsIn } from './packageBundles.mjs';
import { run, subpaths, withProject } from './packageProject.mjs';
import { root, step } from './steps.mjs';

const bin = (name) => join(root, 'node_modules/.bin', name);
step('publint', bin('publint'), ['--strict']);
step('are the types wrong', bin('attw'), ['--pack', '.', '--profile', 'esm-only']);
step('knip', bin('knip'), []);

await withProject(async (folder, { before, after }) => {
  console.log('\n== in an empty project');
  checkInstallScripts(before, after);
  checkExports(folder);
  checkProgram(folder);
  checkTypes(folder);
  await checkRegister(folder);
  await checkOneLoss(folder);
  const command = join(folder, 'node_modules/.bin/longtail');
  console.log(`command: longtail ${run(folder, [command, '--version'])}`);
});

function checkInstallScripts(before, after) {
  const ours = after.withScripts.filter((name) => !before.withScripts.includes(name));
  if (ours.length > 0) throw new Error(`install scripts come with the package: ${ours.join(', ')}`);
  console.log(`install scripts: none of ours; ${before.withScripts.join(', ')} with @tensorflow/tfjs`);
}

function checkExports(folder) {
  for (const name of subpaths) {
    const show = 'console.log(Object.keys(m).length)';
    const imported = run(folder, ['--input-type=module', '-e', `import * as m from '${name}'; ${show}`]);
    const required = run(folder, ['-e', `const m = require('${name}'); ${show}`]);
    if (!name.endsWith('/register') && imported === '0') throw new Error(`${name} exports nothing`);
    if (imported !== required) throw new Error(`${name}: ${imported} exports by import, ${required} by require`);
    console.log(`${name}: ${imported} exports, by import and by require`);
  }
}

/** Runs the program that uses every subpath, as an ES module and as CommonJS. */
function checkProgram(folder) {
  const source = readFileSync(join(root, 'scripts/packageProgram.ts'), 'utf8');
  const unused = subpaths.filter((name) => !source.includes(`'${name}'`));
  if (unused.length > 0) throw new Error(`packageProgram.ts does not use ${unused.join(', ')}`);
  const outputs = [
    ['mjs', ts.ModuleKind.ESNext],
    ['cjs', ts.ModuleKind.CommonJS],
  ].map(([extension, module]) => {
    const compilerOptions = { module, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: false };
    writeFileSync(join(folder, `use.${extension}`), ts.transpileModule(source, { compilerOptions }).outputText);
    return run(folder, [`use.${extension}`]);
  });
  if (outputs[0] !== outputs[1]) throw new Error(`import and require differ:\n${outputs.join('\n--\n')}`);
  console.log(outputs[0].replaceAll(/^/gm, '  '));
}

/**
 * Types of the same program. skipLibCheck stays off, so that an error in our declarations shows. Those of TensorFlow.js 4.22,
 * and the WebGPU types that it brings beside those of lib.dom, do not pass without it: users of it need skipLibCheck.
 */
function checkTypes(folder) {
  const source = readFileSync(join(root, 'scripts/packageProgram.ts'), 'utf8');
  for (const extension of ['ts', 'mts', 'cts']) writeFileSync(join(folder, `use.${extension}`), source);
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
  const modes = {
    nodenext: ['--module', 'nodenext', 'use.mts', 'use.cts'],
    bundler: ['--module', 'esnext', '--moduleResolution', 'bundler', 'use.ts'],
  };
  for (const [mode, args] of Object.entries(modes)) {
    const all = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022,dom', ...types, ...args];
    const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, ...all], {
      cwd: folder,
      encoding: 'utf8',
    });
    const errors = stdout.split('\n').filter((line) => /error TS/.test(line));
    if (stderr !== '' || (status !== 0 && errors.length === 0)) throw new Error(`types, ${mode}: ${stdout}${stderr}`);
    const ours = errors.filter((line) => !/^node_modules.@(tensorflow|webgpu)|lib\.dom\.d\.ts/.test(line));
    if (ours.length > 0) throw new Error(`types, ${mode}:\n${ours.join('\n')}`);
    console.log(`types, ${mode}: no error of ours, ${errors.length} that TensorFlow.js brings`);
  }
}

/** A page that only imports the registration loads a saved model with our layer; without that import it cannot. */
async function checkRegister(folder) {
  const load = `
    import * as tf from '@tensorflow/tfjs';
    import saved from './saved.json';
    const model = await tf.loadLayersModel(tf.io.fromMemory({ ...saved, weightData: Uint8Array.from(saved.weights).buffer }));
    console.log((await model.predict(tf.ones([1, 4])).data()).join(' '));`;
  const save = `
    import * as tf from '@tensorflow/tfjs';
    import { writeFileSync } from 'node:fs';
    import { kernelizedSoftmax } from 'tfjs-longtail/heads';
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [4] }), kernelizedSoftmax({ units: 2 })] });
    await model.save(tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
      writeFileSync('saved.json', JSON.stringify({ modelTopology, weightSpecs, weights: [...new Uint8Array(weightData)] }));
    }));
    console.log((await model.predict(tf.ones([1, 4])).data()).join(' '));`;
  const inBundle = async (program) => {
    const { code } = await bundle(folder, program);
    writeFileSync(join(folder, 'bundled.mjs'), code);
    return run(folder, ['bundled.mjs']);
  };
  const expected = run(folder, ['--input-type=module', '-e', save]);
  const loaded = await inBundle(`import 'tfjs-longtail/register';${load}`);
  if (loaded !== expected) throw new Error(`register: the loaded model predicts ${loaded}, the saved one ${expected}`);
  const failure = await inBundle(load).catch((error) => error.message);
  if (!/Unknown layer: Longtail/.test(failure)) throw new Error(`without register a bundle gave ${failure}`);
  console.log('register: survives tree-shaking, and without it the layer is unknown');
}

/** One loss brings no other room along than those it needs. */
async function checkOneLoss(folder) {
  const one = await bundle(folder, keeping('tfjs-longtail/losses', 'logitAdjustedCrossEntropy'));
  const rooms = roomsIn(one);
  const unexpected = rooms.filter((room) => !['core', 'losses'].includes(room));
  if (unexpected.length > 0) throw new Error(`one loss brings ${unexpected.join(', ')} along`);
  console.log(`one loss: ${one.bytes} bytes of ${rooms.join(' and ')}`);
}
