/** A number that `indices` hold twice, or `undefined`; rows are mostly ascending, which settles it in one pass. */
export function repeatedIn(indices: ArrayLike<number>): number | undefined {
  let ascending = true;
  for (let i = 1; i < indices.length && ascending; i++) ascending = indices[i]! > indices[i - 1]!;
  if (ascending) return undefined;
  const seen = new Set<number>();
  for (let i = 0; i < indices.length; i++) {
    if (seen.has(indices[i]!)) return indices[i];
    seen.add(indices[i]!);
  }
  return undefined;
}
