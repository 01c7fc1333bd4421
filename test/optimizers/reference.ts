/** The optimizers in float64, one weight at a time, written from their papers and manuals. */

/** What {@link sgdReference} does at each step. */
export interface SgdReference {
  readonly momentum: number;
  readonly nesterov: boolean;
  /** Factor of the weight in the gradient. */
  readonly decay: number;
  readonly velocity: 'pytorch' | 'keras';
}

/** The weight after each step, from its start, and a rate and a gradient for each step. */
export function sgdReference(
  start: number,
  rates: readonly number[],
  gradients: readonly number[],
  { momentum, nesterov, decay, velocity }: SgdReference,
): number[] {
  let [weight, v] = [start, 0];
  return gradients.map((gradient, step) => {
    const rate = rates[step]!;
    const g = gradient + decay * weight;
    if (velocity === 'pytorch') {
      v = momentum * v + g;
      weight -= rate * (nesterov ? g + momentum * v : v);
    } else {
      v = momentum * v - rate * g;
      weight += nesterov ? momentum * v - rate * g : v;
    }
    return weight;
  });
}

/** What {@link adamWReference} does at each step. */
export interface AdamWReference {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

/** The weight after each step, from its start, and a rate and a gradient for each step. */
export function adamWReference(
  start: number,
  rates: readonly number[],
  gradients: readonly number[],
  { beta1, beta2, epsilon, weightDecay }: AdamWReference,
): number[] {
  let [weight, m, v] = [start, 0, 0];
  return gradients.map((g, index) => {
    const [step, rate] = [index + 1, rates[index]!];
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    const mean = m / (1 - beta1 ** step);
    const square = v / (1 - beta2 ** step);
    weight -= rate * (mean / (Math.sqrt(square) + epsilon) + weightDecay * weight);
    return weight;
  });
}
