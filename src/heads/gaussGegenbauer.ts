/** Gauss quadrature for the cosine between two random unit vectors of `R^d`. */

/**
 * `A_n` of `t c_n = A_n c_(n+1) + (1 - A_n) c_(n-1)`, where `c_n = C_n / C_n(1)` is the n-th Gegenbauer polynomial of the sphere
 * in `R^d`, scaled to 1 at 1.
 */
export function upwards(n: number, d: number): number {
  return n === 0 ? 1 : (n + d - 2) / (2 * n + d - 2);
}

/** Square of the off-diagonal entry k, from 1, of the matrix whose eigenvalues are the nodes. */
function offDiagonalSquared(k: number, d: number): number {
  return upwards(k - 1, d) * (1 - upwards(k, d));
}

/** Values of the polynomials `0..degree` that are orthonormal under the rule's weight, at `t`. */
export function orthonormalAt(t: number, degree: number, d: number): Float64Array {
  const p = new Float64Array(degree + 1);
  p[0] = 1;
  for (let n = 0; n < degree; n++) {
    const below = n === 0 ? 0 : Math.sqrt(offDiagonalSquared(n, d)) * p[n - 1]!;
    p[n + 1] = (t * p[n]! - below) / Math.sqrt(offDiagonalSquared(n + 1, d));
  }
  return p;
}

/** Nodes and weights of a rule. */
export interface QuadratureRule {
  readonly nodes: Float64Array;
  /** Positive, of sum 1. */
  readonly weights: Float64Array;
}

/** The rule of `size` nodes for the weight `(1 - t^2)^((d-3)/2)` of mean 1, exact up to degree `2 size - 1`. */
export function gaussGegenbauer(size: number, d: number): QuadratureRule {
  const squares = Float64Array.from({ length: size }, (_, k) => (k === 0 ? 0 : offDiagonalSquared(k, d)));
  const nodes = Float64Array.from({ length: size }, (_, i) => nodeOf(i, squares));
  const weights = nodes.map((t) => 1 / orthonormalAt(t, size - 1, d).reduce((sum, p) => sum + p * p, 0));
  return { nodes, weights };
}

/** The i-th eigenvalue, from below, of the symmetric matrix with these squares beside its zero diagonal, by bisection. */
function nodeOf(i: number, squares: Float64Array): number {
  let [low, high] = [-1, 1];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return middle;
    if (eigenvaluesBelow(middle, squares) > i) high = middle;
    else low = middle;
  }
}

/** Sylvester's law of inertia: the negative pivots of the matrix minus `x`. */
function eigenvaluesBelow(x: number, squares: Float64Array): number {
  let count = 0;
  let pivot = 1;
  for (const square of squares) {
    pivot = -x - square / pivot;
    if (pivot === 0) pivot = Number.EPSILON ** 2;
    if (pivot < 0) count += 1;
  }
  return count;
}
