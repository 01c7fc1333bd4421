/** Items by falling key, the lowest index first where keys tie: a binary heap on typed arrays. */
export class GainHeap {
  private readonly heap: Int32Array;
  private length: number;

  /**
   * @param items Distinct items; the array is taken over.
   * @param keys Key of each item of the pool, `[n]`; the heap reads it, and {@link GainHeap.lower} writes it.
   */
  constructor(
    items: Int32Array,
    private readonly keys: Float64Array,
  ) {
    this.heap = items;
    this.length = items.length;
    for (let at = (this.length >> 1) - 1; at >= 0; at--) this.sink(at);
  }

  /** The first item, or -1 where there is none. */
  get top(): number {
    return this.length === 0 ? -1 : this.heap[0]!;
  }

  /** Gives the first item a key that is not above the one it had. */
  lower(key: number): void {
    this.keys[this.heap[0]!] = key;
    this.sink(0);
  }

  /** Drops the first item. */
  drop(): void {
    this.heap[0] = this.heap[--this.length]!;
    this.sink(0);
  }

  private sink(from: number): void {
    const { heap, keys, length } = this;
    const item = heap[from]!;
    const key = keys[item]!;
    let at = from;
    for (let child = 2 * at + 1; child < length; child = 2 * at + 1) {
      let next = heap[child]!;
      if (child + 1 < length) {
        const other = heap[child + 1]!;
        const ahead = keys[other]! > keys[next]! || (keys[other]! === keys[next]! && other < next);
        if (ahead) {
          next = other;
          child++;
        }
      }
      const nextKey = keys[next]!;
      if (nextKey < key || (nextKey === key && next > item)) break;
      heap[at] = next;
      at = child;
    }
    heap[at] = item;
  }
}
