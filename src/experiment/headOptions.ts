import type { TrainConfig } from './config.js';
import { isSampled } from './lossOptions.js';

/** Options that only some heads take; `null` in the configuration of a run whose head takes another. */
type HeadDefaults = Partial<Pick<TrainConfig, 'temperature' | 'degree' | 'kernelGamma'>>;

/** That of `kernelizedSoftmax`. */
const TEMPERATURE = 1 / 16;

const taken: Readonly<Record<TrainConfig['head'], HeadDefaults>> = {
  dense: {},
  cosine: { temperature: TEMPERATURE },
  rbf: { temperature: TEMPERATURE, kernelGamma: 0.5 },
  learned: { temperature: TEMPERATURE, degree: 10 },
};

const options = ['temperature', 'degree', 'kernelGamma'] as const;

/** What becomes of inherited options with another head: they are dropped. */
export function followHead(inherited: TrainConfig, head: unknown): Partial<TrainConfig> {
  if (head === undefined || head === inherited.head) return {};
  return { temperature: null, degree: null, kernelGamma: null, learnTemperature: false };
}

/** The options of the head, those left open at their defaults. */
export function resolveHead(config: TrainConfig): HeadDefaults {
  const defaults = taken[config.head];
  return Object.fromEntries(options.map((option) => [option, config[option] ?? defaults[option] ?? null]));
}

/** Throws, through `refuse`, where an option does not go with the head, or the head not with the rest. */
export function checkHead(config: TrainConfig, refuse: (expected: string, got: string, hint?: string) => never): void {
  const { head, learnTemperature, loss, scale } = config;
  for (const option of options) {
    if (config[option] === null || option in taken[head]) continue;
    const takers = Object.keys(taken).filter((name) => option in taken[name as TrainConfig['head']]);
    refuse(`${option} only with the head ${takers.join(' or ')}`, `${option} ${config[option]} with ${head}`);
  }
  if (head === 'dense') {
    if (learnTemperature) refuse('a head with a temperature for learnTemperature', 'dense', 'Add --head cosine');
    return;
  }
  if (loss === 'ldam' && learnTemperature) {
    const hint = 'The margins are scaled by it: leave learnTemperature out';
    refuse('a fixed temperature with ldam', 'learnTemperature', hint);
  }
  if (loss === 'ldam' && scale !== null && scale !== 1 / (config.temperature ?? TEMPERATURE)) {
    refuse('one scale, that of the head', `scale ${scale}`, 'Leave scale out: it is 1 / temperature');
  }
  if (isSampled(loss)) {
    refuse(`the head dense with ${loss}`, head, 'The class weights of a sampled loss are a table of plain products');
  }
}
