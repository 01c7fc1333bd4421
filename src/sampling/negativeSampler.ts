import { checkLabels, checkNumber, type RandomStream } from '../core/index.js';

/** What the expected counts of a draw depend on. */
export interface PlanRequest {
  /** Class ids of the batch, `[B]`, integers in `0..numClasses-1`: the positives. */
  readonly labels: ArrayLike<number>;
  /** Number of negatives m, at least 1: the length S of a draw. */
  readonly count: number;
  /** Scores of the batch, `[B, C]` row by row; only a model-based sampler without fixed scores reads them. */
  readonly scores?: ArrayLike<number>;
}

/** What a sampler needs for one draw. */
export interface DrawRequest extends PlanRequest {
  /** Where the randomness comes from. */
  readonly random: RandomStream;
}

/** Negatives of a batch, S for each example; a class that was drawn twice has two entries. */
export interface NegativeDraw {
  /** Class ids: `[S]`, shared by the batch, or `[B, S]` row by row. */
  readonly ids: Int32Array;
  /** Log of the number of entries that are expected to hold the class of this entry; as long as `ids`. */
  readonly logExpectedCount: Float64Array;
  /** The same for the label of each example, `[B]`; where it cannot be drawn, what it would be beside the others. */
  readonly logExpectedCountOfLabels: Float64Array;
  /** 1 where an entry holds the label of the example and is to be dropped, else 0; `[B, S]` row by row. */
  readonly accidentalHits: Uint8Array;
}

/** The distribution of a draw, before it is drawn. */
export interface DrawPlan {
  /** Whether `ids` gives `[S]` for the whole batch instead of `[B, S]`. */
  readonly shared: boolean;
  /** Draws the class ids. */
  ids(random: RandomStream): Int32Array;
  /** Log of the number of entries of example `row` that are expected to hold class `id`. */
  logExpectedCount(id: number, row: number): number;
}

/** Chooses, for every example of a batch, the classes that stand for all others. */
export interface NegativeSampler {
  /** Number of classes C. */
  readonly numClasses: number;
  /** The distribution of the draw that `draw` would make; mixtures are made of these. */
  plan(request: PlanRequest): DrawPlan;
  /** Draws negatives and says how often each was to be expected. */
  draw(request: DrawRequest): NegativeDraw;
}

/** A sampler from its plans; `where` is the name that errors give. */
export function samplerOf(
  where: string,
  numClasses: number,
  planOf: (request: PlanRequest) => DrawPlan,
): NegativeSampler {
  const plan = (request: PlanRequest): DrawPlan => {
    checkNumber(where, 'labels.length', request.labels.length, { min: 1 });
    checkLabels(where, request.labels, numClasses);
    checkNumber(where, 'count', request.count, { min: 1, integer: true });
    return planOf(request);
  };
  return { numClasses, plan, draw: (request) => drawFrom(plan(request), request) };
}

function drawFrom({ shared, ids: drawIds, logExpectedCount }: DrawPlan, { labels, random }: DrawRequest): NegativeDraw {
  const ids = drawIds(random);
  const rows = labels.length;
  const columns = shared ? ids.length : ids.length / rows;
  const accidentalHits = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    const from = shared ? 0 : start;
    for (let j = 0; j < columns; j++) accidentalHits[start + j] = Number(ids[from + j] === labels[row]);
  }
  return {
    ids,
    logExpectedCount: Float64Array.from(ids, (id, at) => logExpectedCount(id, shared ? 0 : Math.floor(at / columns))),
    logExpectedCountOfLabels: Float64Array.from(labels, (label, row) => logExpectedCount(label, row)),
    accidentalHits,
  };
}
