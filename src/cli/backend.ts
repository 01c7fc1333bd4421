import { installNativeBackend, nativeBackendStatus, uninstallNativeBackend } from '../backend/node/index.js';
import type { Invocation } from './command.js';
import { printProgress, printResult } from './output.js';

/** `longtail backend [status | install | uninstall]`. */
export async function runBackend(invocation: Invocation): Promise<void> {
  const [action = 'status'] = invocation.args;
  if (action === 'install') return install(invocation);
  return action === 'uninstall' ? uninstall(invocation) : status(invocation);
}

async function status({ options }: Invocation): Promise<void> {
  const found = await nativeBackendStatus();
  printResult(options['json'] === true, found, () => {
    if (!found.installed)
      return `native backend: not at hand (${found.reason})\ninstall it with: longtail backend install`;
    const library = found.libtensorflow === undefined ? '' : `libtensorflow ${found.libtensorflow}, `;
    return `native backend: ${library}${found.source} ${found.tfjsNode ?? ''}, in ${found.folder}`;
  });
}

async function install({ options, signal }: Invocation): Promise<void> {
  const result = await installNativeBackend({
    gpu: options['gpu'] === true,
    force: options['force'] === true,
    signal,
    onProgress: ({ step, steps, message }) => printProgress(`[${step}/${steps}] ${message}`),
  });
  printResult(
    options['json'] === true,
    result,
    () =>
      `libtensorflow ${result.libtensorflow} ${result.installed ? 'installed' : 'was already installed'} in ${result.folder}`,
  );
}

async function uninstall({ options, signal }: Invocation): Promise<void> {
  const { removed } = await uninstallNativeBackend({ signal });
  printResult(options['json'] === true, { removed }, () =>
    removed.length === 0 ? 'nothing was installed' : `removed ${removed.join(', ')}`,
  );
}
