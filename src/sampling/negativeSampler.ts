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
  // A loop, because `from` with a function takes many times as long.
  const logCounts = new Float64Array(ids.length);
  for (let at = 0; at < ids.length; at++) {
    logCounts[at] = logExpectedCount(ids[at]!, shared ? 0 : Math.floor(at / columns));
  }
  return {
    ids,
    logExpectedCount: logCounts,
    logExpectedCountOfLabels: Float64Array.from(labels, (label, row) => logExpectedCount(label, row)),
    accidentalHits: shared ? hitsOfAll(ids, labels) : hitsOfEach(ids, labels),
  };
}

/** Each example's own entries are compared with its label. */
function hitsOfEach(ids: Int32Array, labels: ArrayLike<number>): Uint8Array {
  const columns = ids.length / labels.length;
  const hits = new Uint8Array(ids.length);
  for (let at = 0; at < ids.length; at++) hits[at] = Number(ids[at] === labels[Math.floor(at / columns)]);
  return hits;
}

/** Entries that all share are looked up: few of them are some example's label. */
function hitsOfAll(ids: Int32Array, labels: ArrayLike<number>): Uint8Array {
  const hits = new Uint8Array(labels.length * ids.length);
  const rowsOf = new Map<number, number[]>();
  for (let row = 0; row < labels.length; row++) {
    const rows = rowsOf.get(labels[row]!);
    if (rows) rows.push(row);
    else rowsOf.set(labels[row]!, [row]);
  }
  ids.forEach((id, at) => rowsOf.get(id)?.forEach((row) => (hits[row * ids.length + at] = 1)));
  return hits;
}
