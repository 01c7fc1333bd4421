type Numbers = Int32Array | Float32Array;

/** A typed array whose length is not known beforehand; doubling keeps the copying in proportion to the content. */
export class GrowingArray<T extends Numbers> {
  private length = 0;
  private room: T;

  constructor(private readonly make: new (size: number) => T) {
    this.room = new make(1024);
  }

  /** Number of entries so far. */
  get size(): number {
    return this.length;
  }

  /** Adds an entry at the end. */
  push(value: number): void {
    if (this.length === this.room.length) {
      const larger = new this.make(2 * this.length);
      larger.set(this.room);
      this.room = larger;
    }
    this.room[this.length++] = value;
  }

  /** The entries from `start` on, as a view that the next `push` may leave behind. */
  from(start: number): T {
    return this.room.subarray(start, this.length) as T;
  }

  /** A copy of all entries. */
  toArray(): T {
    return this.room.slice(0, this.length) as T;
  }
}
