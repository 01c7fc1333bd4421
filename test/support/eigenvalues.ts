/** Eigenvalues of a symmetric matrix `[n, n]`, row by row, ascending: Jacobi rotations until nothing is left off the diagonal. */
export function eigenvaluesOf(matrix: Float64Array): number[] {
  const n = Math.sqrt(matrix.length);
  const a = Array.from({ length: n }, (_, i) => matrix.slice(i * n, (i + 1) * n));
  const scale = matrix.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  for (let sweep = 0; sweep < 60; sweep++) {
    let rotated = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (Math.abs(a[p]![q]!) <= (1e-14 * scale) / n) continue;
        rotate(a, p, q);
        rotated = true;
      }
    }
    if (!rotated) return a.map((row, i) => row[i]!).sort((x, y) => x - y);
  }
  throw new Error('the rotations did not converge');
}

/** Makes `a[p][q]` 0. */
function rotate(a: Float64Array[], p: number, q: number): void {
  const theta = (a[q]![q]! - a[p]![p]!) / (2 * a[p]![q]!);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(tangent * tangent + 1);
  const s = tangent * c;
  for (const row of a) {
    const [x, y] = [row[p]!, row[q]!];
    row[p] = c * x - s * y;
    row[q] = s * x + c * y;
  }
  const [upper, lower] = [a[p]!, a[q]!];
  for (let k = 0; k < upper.length; k++) {
    const [x, y] = [upper[k]!, lower[k]!];
    upper[k] = c * x - s * y;
    lower[k] = s * x + c * y;
  }
  upper[q] = lower[p] = 0;
}
