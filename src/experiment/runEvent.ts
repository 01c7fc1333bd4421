import type { DownloadProgress } from '../data/node/index.js';
import type { TrainConfig } from './config.js';
import type { RunData } from './data.js';
import type { Environment } from './environment.js';
import type { EpochRecord } from './runFolder.js';

/** What happens during a run, for whoever shows it. */
export type RunEvent =
  | { readonly type: 'note'; readonly message: string }
  | (DownloadProgress & { readonly type: 'download' })
  | {
      readonly type: 'start';
      readonly run: string;
      readonly environment: Environment;
      readonly config: TrainConfig;
      readonly data: RunData;
      readonly parameters: number;
      readonly epoch: number;
    }
  | {
      readonly type: 'step';
      readonly epoch: number;
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
    }
  | { readonly type: 'epoch'; readonly record: EpochRecord };
