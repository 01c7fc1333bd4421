/** Edges of a network, each with its reverse beside it: edge e and edge e ^ 1. */
export class FlowNetwork {
  private readonly heads: number[] = [];
  private readonly residual: number[] = [];
  private readonly edgesOf: number[][];

  constructor(private readonly nodes: number) {
    this.edgesOf = Array.from({ length: nodes }, () => []);
  }

  /** Adds an edge that carries up to `capacity`. */
  connect(from: number, to: number, capacity: number): void {
    this.edgesOf[from]!.push(this.heads.length);
    this.edgesOf[to]!.push(this.heads.length + 1);
    this.heads.push(to, from);
    this.residual.push(capacity, 0);
  }

  /** The largest flow from `source` to `sink`, by Dinic's algorithm; the network is used up by it. */
  maximumFlow(source: number, sink: number): number {
    let flow = 0;
    for (let level = this.levels(source); level[sink]! >= 0; level = this.levels(source)) {
      const next = new Int32Array(this.nodes);
      for (let pushed = this.push(source, sink, level, next); pushed > 0;) {
        flow += pushed;
        pushed = this.push(source, sink, level, next);
      }
    }
    return flow;
  }

  /** Edges from the source to each node along what is left, -1 where there is no way. */
  private levels(source: number): Int32Array {
    const level = new Int32Array(this.nodes).fill(-1);
    level[source] = 0;
    const queue = [source];
    for (let at = 0; at < queue.length; at++) {
      for (const edge of this.edgesOf[queue[at]!]!) {
        const head = this.heads[edge]!;
        if (level[head]! >= 0 || this.residual[edge]! === 0) continue;
        level[head] = level[queue[at]!]! + 1;
        queue.push(head);
      }
    }
    return level;
  }

  /** Sends flow along one path of rising level; `next` remembers the dead ends. */
  private push(source: number, sink: number, level: Int32Array, next: Int32Array): number {
    const path: number[] = [];
    let node = source;
    while (node !== sink) {
      const edge = this.edgesOf[node]![next[node]!];
      if (edge === undefined) {
        if (path.length === 0) return 0;
        node = this.heads[path.pop()! ^ 1]!;
        next[node]!++;
      } else if (this.residual[edge]! > 0 && level[this.heads[edge]!] === level[node]! + 1) {
        path.push(edge);
        node = this.heads[edge]!;
      } else next[node]!++;
    }
    const amount = path.reduce((least, edge) => Math.min(least, this.residual[edge]!), Infinity);
    for (const edge of path) {
      this.residual[edge]! -= amount;
      this.residual[edge ^ 1]! += amount;
    }
    return amount;
  }
}
