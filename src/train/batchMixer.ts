import { InvalidArgumentError, type RandomStream } from '../core/index.js';
import { drawMixingPlan, type MixingPlan, type MixingPlanOptions } from '../mixup/index.js';
import type { Batch } from './objective.js';

/** Draws the plan of a batch: CutMix, matched blocks, or a way of one's own; it may read the inputs. */
export type PlanOfBatch = (batch: Batch, random: RandomStream) => MixingPlan | Promise<MixingPlan>;

/** How the batches of a stream are mixed: by the options of `drawMixingPlan`, or by a plan of one's own. */
export interface BatchMixingOptions extends Omit<MixingPlanOptions, 'batchSize' | 'random' | 'labels'> {
  /** Draws the plans instead; no other option of mixing may stand beside it. */
  readonly plan?: PlanOfBatch;
}

/** Gives the plan of each batch; the same batch of the same step has the same plan. */
export interface BatchMixer {
  /** Draws a plan that has to be awaited; called before {@link BatchMixer.plan} of the same step. */
  prepare(batch: Batch, random: RandomStream): Promise<void>;
  /** The plan of the batch. */
  plan(batch: Batch, random: RandomStream): MixingPlan;
}

/** How `options` mix a batch. */
export function batchMixer(where: string, { plan: custom, ...drawn }: BatchMixingOptions): BatchMixer {
  if (custom === undefined) {
    return {
      prepare: () => Promise.resolve(),
      plan: (batch, random) => drawMixingPlan({ ...drawn, ...labelsOf(where, batch, drawn), ...sizeOf(batch), random }),
    };
  }
  const other = Object.entries(drawn).find(([, value]) => value !== undefined);
  if (other) throw new InvalidArgumentError(where, 'no option of mixing beside plan', other[0]);
  let prepared: MixingPlan | undefined;
  return {
    async prepare(batch, random) {
      prepared = await custom(batch, random);
    },
    plan() {
      if (prepared) return prepared;
      throw new InvalidArgumentError(where, 'a plan of this step', 'none', 'Await prepare before each call of loss');
    },
  };
}

const sizeOf = ({ inputs }: Batch): { batchSize: number } => ({ batchSize: inputs.shape[0] });

function labelsOf(where: string, { labels }: Batch, { within = 'any' }: BatchMixingOptions): { labels?: Int32Array } {
  if (within === 'any') return {};
  if (labels) return { labels };
  const hint = 'Let `batch` of the source give the class ids as an Int32Array beside the targets';
  throw new InvalidArgumentError(where, `batches with labels with within: '${within}'`, 'none', hint);
}
