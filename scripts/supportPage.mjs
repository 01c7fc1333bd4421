// Writes docs/support.md from docs/support.json, what the tests said of each feature on each backend; with --check it only
// compares, and exits with 1 where the page is stale.
import { readFileSync } from 'node:fs';
import { generatedPage } from './generatedPage.mjs';
import { root } from './steps.mjs';

const page = `${root}docs/support.md`;
const places = [
  ...['cpu', 'wasm', 'tensorflow', 'webgpu'].map((backend) => ['node', backend]),
  ...['cpu', 'wasm', 'webgl', 'webgpu'].map((backend) => ['chromium', backend]),
];
const { rows } = JSON.parse(readFileSync(`${root}docs/support.json`, 'utf8'));

/** Tables of the features of one kind, a room each. */
function tables(kind) {
  const features = [...new Set(kind.filter(isComputed).map(({ feature }) => feature))];
  const rooms = [...new Set(features.map((feature) => feature.split('/')[0]))];
  return rooms.map((room) => {
    const lines = features.filter((feature) => feature.startsWith(`${room}/`)).map((feature) => lineOf(kind, feature));
    const head = [
      '',
      ...places.map(([environment, backend]) => `${environment === 'node' ? 'Node' : 'page'}: ${backend}`),
    ];
    return [`### ${room}`, '', row(head), row(head.map((_, i) => (i ? ':-:' : '---'))), ...lines, ''].join('\n');
  });
}

/** Whether a feature computes on the backend: what plain numbers suffice for has no such tests, and commands are no features. */
function isComputed({ feature, values, gradient }) {
  return (values ?? gradient) !== null && !/^(browser|cli|experiment)\//.test(feature);
}

function lineOf(kind, feature) {
  const name = feature.slice(feature.indexOf('/') + 1);
  return row([`\`${name}\``, ...places.map((place) => markOf(kind, feature, place))]);
}

function markOf(kind, feature, [environment, backend]) {
  const found = kind.find(
    (one) => one.feature === feature && one.environment === environment && one.backend === backend,
  );
  if (!found) return '';
  if (found.values === 'fail' || found.gradient === 'fail') return '✗';
  return [found.values && '✓', found.gradient && '∇'].filter(Boolean).join(' ');
}

const row = (cells) => `| ${cells.join(' | ')} |`;
const ofExports = rows.filter(({ exported }) => exported);
const ofSuites = rows.filter(({ exported }) => !exported);
const text = `# Backends and support

What the tests said of each function on each backend: ✓ its values equal those of a float64 reference, ∇ its gradients do, ✗ a test
failed; an empty cell was not tested there. What computes
on plain numbers, such as \`greedy\`, is on no backend and not listed. \`npm run support\` runs the suite in Node and in headless Chromium and writes this page. Without a
GPU, as where it was last written, WebGPU and WebGL compute through SwiftShader.

- **Node**: \`await chooseBackend()\` of \`tfjs-longtail/backend\` takes TensorFlow's own kernels (\`longtail backend install\`), else wasm, else cpu.
  \`'webgpu'\` needs \`npm i webgpu @tensorflow/tfjs-backend-webgpu\`, and \`apt-get install chromium libvulkan1\` where there is no GPU.
- **Page**: webgpu, else webgl, else wasm, else cpu, of those that the page has loaded. webgl runs with \`WEBGL_PACK\` off: with packed
  textures its \`matMul\` is wrong, without an error, where the inner dimension is odd, and what this package exports refuses to go on. So it does with float16 textures, which is all that
  some phones have.
- **wasm** is completed for training: TensorFlow.js's own lacks the gradients of convolutions and has a wrong one of max pooling.
- **webgpu** reads values with \`await tensor.data()\` only.
- What goes through \`acos\` has three digits on webgl and webgpu, the rest five.

## Functions

${tables(ofExports).join('\n')}
## Test files that look at several functions

${tables(ofSuites).join('\n')}`;

await generatedPage(page, text, 'node scripts/supportPage.mjs');
