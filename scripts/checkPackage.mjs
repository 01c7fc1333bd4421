// Checks the package as users get it: publint, attw and knip, then the packed tarball in an empty project, used by
// `import`, by `require` and through its command. Anything on stderr fails.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, step } from './steps.mjs';

const bin = (name) => join(root, 'node_modules/.bin', name);
step('publint', bin('publint'), ['--strict']);
step('are the types wrong', bin('attw'), ['--pack', '.', '--profile', 'esm-only']);
step('knip', bin('knip'), []);

const project = mkdtempSync(join(tmpdir(), 'longtail-package-'));
try {
  installTarball();
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const subpath of Object.keys(exports).filter((key) => !key.endsWith('.json'))) {
    const name = `tfjs-longtail${subpath.slice(1)}`;
    const show = 'console.log(Object.keys(m).length)';
    const imported = run(['--input-type=module', '-e', `import * as m from '${name}'; ${show}`]);
    const required = run(['-e', `const m = require('${name}'); ${show}`]);
    if (subpath !== './register' && imported === '0') throw new Error(`${name} exports nothing`);
    if (imported !== required) throw new Error(`${name}: ${imported} exports by import, ${required} by require`);
    console.log(`${name}: ${imported} exports, by import and by require`);
  }
  console.log(`command: longtail ${run([join(project, 'node_modules/tfjs-longtail/dist/cli/main.js'), '--version'])}`);
} finally {
  rmSync(project, { recursive: true, force: true });
}

/** Unpacks the tarball where npm would put it; its dependencies are those of this checkout, so that nothing is fetched. */
function installTarball() {
  execFileSync('npm', ['pack', '--silent', '--pack-destination', project], { cwd: root, stdio: 'ignore' });
  const [tarball] = execFileSync('ls', [project], { encoding: 'utf8' }).match(/\S+\.tgz/);
  const modules = join(project, 'node_modules');
  mkdirSync(join(modules, 'tfjs-longtail'), { recursive: true });
  execFileSync('tar', ['xzf', join(project, tarball), '-C', join(modules, 'tfjs-longtail'), '--strip-components=1']);
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
    if (/tfjs-node/.test(name)) continue;
    mkdirSync(join(modules, name, '..'), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  writeFileSync(join(project, 'package.json'), '{"private":true}');
}

function run(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: project, encoding: 'utf8' });
  // Node 20 announces require(esm) as experimental; that line is Node's, not ours.
  const own = stderr.replace(/^\(node:\d+\) ExperimentalWarning: .*\n(\(Use `node --trace-warnings.*\n)?/gm, '');
  if (status !== 0 || own !== '') throw new Error(`node ${args.join(' ')} ended with ${status}:\n${own}`);
  return stdout.trim();
}
