/** Operations from their definitions, in float64. Arrays are row-major, as in TensorFlow.js. */
export type Numbers = ArrayLike<number>;

/** `[batch or 1, rows, columns, channels]`. */
export type Shape4 = readonly [number, number, number, number];

/** Windows of a convolution or a pooling layer. */
export interface Windows {
  readonly input: Shape4;
  readonly size: number;
  readonly stride: number;
  readonly padding: 'same' | 'valid';
}

/** Rows, or columns, of the output, and how many zeros stand before the input's first. */
function extent(length: number, { size, stride, padding }: Windows): { out: number; before: number } {
  if (padding === 'valid') return { out: Math.floor((length - size) / stride) + 1, before: 0 };
  const out = Math.ceil(length / stride);
  return { out, before: Math.floor(Math.max(0, (out - 1) * stride + size - length) / 2) };
}

/** For every window in order, the entries that it covers: row and column in the window, and the pixel's place in `x`. */
function* windowsOf(windows: Windows): Generator<{ row: number; column: number; pixel: number }[]> {
  const [batch, height, width] = windows.input;
  const rows = extent(height, windows);
  const columns = extent(width, windows);
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < rows.out; i++) {
      for (let j = 0; j < columns.out; j++) {
        const covered = [];
        for (let row = 0; row < windows.size; row++) {
          for (let column = 0; column < windows.size; column++) {
            const y = i * windows.stride + row - rows.before;
            const x = j * windows.stride + column - columns.before;
            const inside = y >= 0 && y < height && x >= 0 && x < width;
            if (inside) covered.push({ row, column, pixel: (b * height + y) * width + x });
          }
        }
        yield covered;
      }
    }
  }
}

/** Convolution of `x` with a filter `[size, size, channels, filters]`. */
export function conv2d(x: Numbers, filter: Numbers, filters: number, windows: Windows): number[] {
  const channels = windows.input[3];
  const out: number[] = [];
  for (const covered of windowsOf(windows)) {
    for (let o = 0; o < filters; o++) {
      let sum = 0;
      for (const { row, column, pixel } of covered) {
        const tap = (row * windows.size + column) * channels;
        for (let c = 0; c < channels; c++) sum += x[pixel * channels + c]! * filter[(tap + c) * filters + o]!;
      }
      out.push(sum);
    }
  }
  return out;
}

/** The largest entry of every window, channel by channel. */
export function maxPool(x: Numbers, windows: Windows): number[] {
  const channels = windows.input[3];
  const out: number[] = [];
  for (const covered of windowsOf(windows)) {
    for (let c = 0; c < channels; c++) out.push(Math.max(...covered.map(({ pixel }) => x[pixel * channels + c]!)));
  }
  return out;
}

/** `[rows, inner] x [inner, columns]`. */
export function matMul(a: Numbers, b: Numbers, inner: number, columns: number): number[] {
  return Array.from({ length: (a.length / inner) * columns }, (_, at) => {
    const row = Math.floor(at / columns);
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += a[row * inner + k]! * b[k * columns + (at % columns)]!;
    return sum;
  });
}

/** Batch normalisation over all but the last axis, with the batch's own mean and (biased) variance. */
export function batchNorm(x: Numbers, offset: Numbers, scale: Numbers, epsilon: number): number[] {
  const channels = offset.length;
  const mean = reduceRows(x, channels, (column) => sum(column) / column.length);
  const variance = reduceRows(x, channels, (column, c) => sum(column.map((v) => (v - mean[c]!) ** 2)) / column.length);
  return Array.from(x, (value, at) => {
    const c = at % channels;
    return ((value - mean[c]!) / Math.sqrt(variance[c]! + epsilon)) * scale[c]! + offset[c]!;
  });
}

/** Applies `reduce` to every column of the matrix `[rows, columns]`. */
export function reduceRows(x: Numbers, columns: number, reduce: (column: number[], c: number) => number): number[] {
  return Array.from({ length: columns }, (_, c) =>
    reduce(
      Array.from(x).filter((_value, at) => at % columns === c),
      c,
    ),
  );
}

/** Applies `map` to every row of the matrix `[rows, columns]`. */
export function mapRows(x: Numbers, columns: number, map: (row: number[]) => number[]): number[] {
  return Array.from({ length: x.length / columns }, (_, row) =>
    map(Array.from({ length: columns }, (_value, c) => x[row * columns + c]!)),
  ).flat();
}

/** `f - log sum_y exp(f_y)`. */
export function logSoftmax(row: readonly number[]): number[] {
  const largest = Math.max(...row);
  const logSum = largest + Math.log(sum(row.map((logit) => Math.exp(logit - largest))));
  return row.map((logit) => logit - logSum);
}

/** The sum of the entries. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
