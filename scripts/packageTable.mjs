// Prints what the package costs, as tables for docs/results.md: packages and megabytes that npm installs, and the size of each
// subpath in the bundle of a page, minified, TensorFlow.js not counted.
import { join } from 'node:path';
import { bundle, keeping } from './packageBundles.mjs';
import { manifest, sizeOf, subpaths, withProject } from './packageProject.mjs';

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
const kilobytes = (bytes) => (bytes / 1e3).toFixed(1);
const row = (...cells) => console.log(`| ${cells.join(' | ')} |`);

await withProject(async (folder, { before, after }) => {
  row('installed', 'packages', 'MB', 'with an install script');
  row('---', '---:', '---:', '---');
  const own = sizeOf(join(folder, 'node_modules', manifest.name));
  const scripts = after.withScripts.filter((name) => !before.withScripts.includes(name));
  const tree = after.bytes - before.bytes;
  row(
    '`@tensorflow/tfjs` and what it needs',
    before.names.length,
    megabytes(before.bytes),
    before.withScripts.join(', '),
  );
  row('`tfjs-longtail`', 1, megabytes(own), 'none');
  const added = after.names.length - before.names.length;
  row('what it needs besides', added - 1, megabytes(tree - own), scripts.join(', ') || 'none');
  row('**total**', after.names.length, megabytes(after.bytes), after.withScripts.join(', '));

  console.log();
  row('imported in a page', 'kB', 'gzip, kB');
  row('---', '---:', '---:');
  const print = (title, { bytes, zipped }) => row(title, kilobytes(bytes), kilobytes(zipped));
  const loss = 'logitAdjustedCrossEntropy';
  print(`\`${loss}\` alone`, await bundle(folder, keeping('tfjs-longtail/losses', loss)));
  const inPage = subpaths.filter((name) => !name.endsWith('/node'));
  for (const name of inPage) print(`\`${name}\``, await bundle(folder, keeping(name)));
  const imports = inPage.map((name, i) => `import * as part${i} from '${name}';`).join(' ');
  const all = `${imports} globalThis.kept = [${inPage.map((_, i) => `part${i}`).join()}];`;
  print('**all of them together**', await bundle(folder, all));
});
