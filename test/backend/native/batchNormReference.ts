/** Float64 batch normalisation over the rows of `[rows, channels]`, with its gradient by the chain rule. */
export interface BatchNormResult {
  readonly y: number[];
  readonly mean: number[];
  /** Sum of squares over n. */
  readonly variance: number[];
  readonly dx: number[];
  readonly dscale: number[];
  readonly doffset: number[];
}

/** Inputs as flat arrays; `dy` is the gradient that reaches the output. */
export interface BatchNormCase {
  readonly x: ArrayLike<number>;
  readonly dy: ArrayLike<number>;
  readonly scale: ArrayLike<number>;
  readonly offset: ArrayLike<number>;
  readonly epsilon: number;
}

/** From the definition, one channel at a time. */
export function batchNormReference({ x, dy, scale, offset, epsilon }: BatchNormCase): BatchNormResult {
  const channels = scale.length;
  const rows = x.length / channels;
  const result: BatchNormResult = { y: [], mean: [], variance: [], dx: [], dscale: [], doffset: [] };
  const average = (term: (row: number) => number): number => {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += term(row);
    return sum / rows;
  };
  for (let c = 0; c < channels; c++) {
    const at = (row: number): number => row * channels + c;
    const mean = average((row) => x[at(row)]!);
    const variance = average((row) => (x[at(row)]! - mean) ** 2);
    const root = Math.sqrt(variance + epsilon);
    const normed = (row: number): number => (x[at(row)]! - mean) / root;
    const dyMean = average((row) => dy[at(row)]!);
    const dyNormedMean = average((row) => dy[at(row)]! * normed(row));
    for (let row = 0; row < rows; row++) {
      result.y[at(row)] = scale[c]! * normed(row) + offset[c]!;
      result.dx[at(row)] = (scale[c]! / root) * (dy[at(row)]! - dyMean - normed(row) * dyNormedMean);
    }
    result.mean[c] = mean;
    result.variance[c] = variance;
    result.dscale[c] = rows * dyNormedMean;
    result.doffset[c] = rows * dyMean;
  }
  return result;
}
