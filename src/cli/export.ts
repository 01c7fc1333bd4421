import { checkNumber, ConfigError } from '../core/index.js';
import { exportRun, type ExportResult } from '../experiment/index.js';
import type { Invocation } from './command.js';
import { downloadLines } from './downloadLines.js';
import { printResult } from './output.js';

/** `longtail export RUN --out DIR`. */
export async function runExport({ args, options, signal }: Invocation): Promise<void> {
  const { json, out, posthoc, ...rest } = options;
  if (out === undefined) throw new ConfigError('export', '--out DIR, the folder to make', 'none');
  if (typeof posthoc === 'number') checkNumber('export', '--posthoc', posthoc, { min: 0 });
  const result = await exportRun({
    ...(rest as Omit<Parameters<typeof exportRun>[0], 'run' | 'out' | 'posthoc' | 'signal' | 'onProgress'>),
    run: args[0]!,
    out: out as string,
    signal,
    onProgress: downloadLines(),
    ...(posthoc === undefined ? {} : { posthoc: posthoc as true | number }),
  });
  printResult(json === true, result, () => describe(result));
}

function describe({ model, outputs, tau, checkpoint, customLayers }: ExportResult): string {
  const adjusted = tau === null ? '' : `, adjusted with tau ${Number(tau.toFixed(4))}`;
  const ours = customLayers.some((name) => name.startsWith('Longtail'));
  const needed = ours ? "import 'tfjs-longtail/register', and register what else is yours" : 'register them first';
  return [
    `model       ${model}`,
    `gives       ${outputs}${adjusted}, of checkpoint ${checkpoint.name}, epoch ${checkpoint.epoch}`,
    ...(customLayers.length === 0
      ? ['load it     await tf.loadLayersModel(URL): it needs nothing but TensorFlow.js']
      : [`load it     layers ${customLayers.join(', ')} are not TensorFlow.js's own: ${needed}`]),
    'inputs      longtail.json beside it has normalisation and class names',
  ].join('\n');
}
