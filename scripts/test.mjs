// `npm cit` runs `npm ci` and then this script: the tests on every backend that is at hand, naming those it skipped.
import { step } from './steps.mjs';

step('build', process.execPath, ['scripts/build.mjs']);
step('tests', process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)]);
