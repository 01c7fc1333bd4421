// One command on a fresh clone: install, build, the fastest backend there can be, and the main job on the bundled data:
// plain cross-entropy against logit adjustment, from the same initial weights and in the same batch order.
import { longtail, step } from './steps.mjs';

step('install packages', 'npm', ['ci']);
step('build', process.execPath, ['scripts/build.mjs']);
const native = step('native backend', process.execPath, [...longtail, 'backend', 'install'], { optional: true });
if (!native) console.log('   going on with the wasm backend: the same difference, about nine times slower');
step('train', process.execPath, ['scripts/compareLosses.mjs']);
