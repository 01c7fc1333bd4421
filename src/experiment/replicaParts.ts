import { randomStream } from '../core/index.js';
import type { StepParts } from '../train/index.js';
import type { TrainConfig } from './config.js';
import { loadRunData, streamsOf } from './data.js';
import { makeTrainee } from './trainee.js';

/** What a worker thread trains: made from the configuration as the run itself makes it. */
export default async function makeParts(config: TrainConfig): Promise<StepParts> {
  const random = randomStream(config.seed);
  const data = await loadRunData(config, random);
  return { ...(await makeTrainee(config, data, random)), random, data: streamsOf(data.train, data) };
}
