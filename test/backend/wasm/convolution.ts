/** A convolution from its definition, in float64: which input entry meets which filter entry in which output entry. */
export interface Geometry {
  readonly batch: number;
  readonly size: readonly [number, number];
  readonly channels: number;
  readonly filter: readonly [number, number];
  readonly filters: number;
  readonly strides: readonly [number, number];
  readonly pad: Padding;
}

/** As `tf.conv2d` takes it; zeros before and after the rows, before and after the columns when explicit. */
export type Padding = 'same' | 'valid' | [[0, 0], [number, number], [number, number], [0, 0]];

/** Output length and zeros before along one axis (0 rows, 1 columns). */
function alongAxis({ size, filter, strides, pad }: Geometry, axis: 0 | 1): { out: number; before: number } {
  const [length, taps, stride] = [size[axis], filter[axis], strides[axis]];
  if (pad === 'same') {
    const out = Math.ceil(length / stride);
    return { out, before: Math.floor(Math.max(0, (out - 1) * stride + taps - length) / 2) };
  }
  const [before, after] = pad === 'valid' ? [0, 0] : pad[axis + 1]!;
  return { out: Math.floor((length + before + after - taps) / stride) + 1, before: before };
}

export function shapesOf(g: Geometry): Record<'x' | 'filter' | 'y', [number, number, number, number]> {
  return {
    x: [g.batch, ...g.size, g.channels],
    filter: [...g.filter, g.channels, g.filters],
    y: [g.batch, alongAxis(g, 0).out, alongAxis(g, 1).out, g.filters],
  };
}

/** Calls `meet(x, filter, y)` with flat indices for every product `x * filter` that adds to `y`. */
function forEachProduct(g: Geometry, meet: (x: number, filter: number, y: number) => void): void {
  const [rows, columns] = [alongAxis(g, 0), alongAxis(g, 1)];
  for (let b = 0; b < g.batch; b++) {
    for (let i = 0; i < rows.out; i++) {
      for (let j = 0; j < columns.out; j++) {
        for (let di = 0; di < g.filter[0]; di++) {
          for (let dj = 0; dj < g.filter[1]; dj++) {
            const row = i * g.strides[0] + di - rows.before;
            const column = j * g.strides[1] + dj - columns.before;
            if (row < 0 || row >= g.size[0] || column < 0 || column >= g.size[1]) continue;
            for (let c = 0; c < g.channels; c++) {
              for (let f = 0; f < g.filters; f++) {
                meet(
                  ((b * g.size[0] + row) * g.size[1] + column) * g.channels + c,
                  ((di * g.filter[1] + dj) * g.channels + c) * g.filters + f,
                  ((b * rows.out + i) * columns.out + j) * g.filters + f,
                );
              }
            }
          }
        }
      }
    }
  }
}

/** Gradient of `sum(y * dy)` by the filter. */
export function filterGradient(g: Geometry, x: ArrayLike<number>, dy: ArrayLike<number>): Float64Array {
  const gradient = new Float64Array(g.filter[0] * g.filter[1] * g.channels * g.filters);
  forEachProduct(g, (i, j, k) => (gradient[j]! += x[i]! * dy[k]!));
  return gradient;
}

/** Gradient of `sum(y * dy)` by the input. */
export function inputGradient(g: Geometry, filter: ArrayLike<number>, dy: ArrayLike<number>): Float64Array {
  const gradient = new Float64Array(g.batch * g.size[0] * g.size[1] * g.channels);
  forEachProduct(g, (i, j, k) => (gradient[i]! += filter[j]! * dy[k]!));
  return gradient;
}
