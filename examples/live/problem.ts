import { randomStream, type RandomStream } from 'tfjs-longtail';

/** Where the classes lie in the plane. */
export type Shape = 'spirals' | 'clouds';

/** Points of the plane with a class each. */
export interface Points {
  /** Coordinates between about -1 and 1. */
  readonly rows: readonly (readonly [number, number])[];
  /** Class ids. */
  readonly labels: readonly number[];
}

/** A long-tailed training set, and a test set in which every class is as frequent. */
export interface Problem {
  readonly classCounts: readonly number[];
  readonly train: Points;
  readonly test: Points;
}

/** Number of classes. */
export const numClasses = 4;
const largest = 1000;
const testOfEach = 250;

/** The counts fall from class to class by a constant factor, `imbalance` in all. */
export function longTail(imbalance: number): number[] {
  return Array.from({ length: numClasses }, (_, k) => Math.round(largest * imbalance ** (-k / (numClasses - 1))));
}

/** The same seed gives the same points. */
export function problem(shape: Shape, imbalance: number, seed: number): Problem {
  const random = randomStream(seed);
  const classCounts = longTail(imbalance);
  const equal = classCounts.map(() => testOfEach);
  return {
    classCounts,
    train: points(shape, classCounts, random.child('train')),
    test: points(shape, equal, random.child('test')),
  };
}

function points(shape: Shape, counts: readonly number[], random: RandomStream): Points {
  const labels = counts.flatMap((count, k) => Array<number>(count).fill(k));
  const point = { spirals: onSpiral, clouds: inCloud }[shape];
  return { labels, rows: labels.map((k) => point((2 * Math.PI * k) / numClasses, random)) };
}

/** An arm that begins at the angle and turns by three quarters as it goes outwards. */
function onSpiral(angle: number, random: RandomStream): [number, number] {
  const along = 0.1 + 0.9 * Math.sqrt(random.uniform());
  const turned = angle + 1.5 * Math.PI * along;
  const noise = (): number => 0.1 * random.normal();
  return [0.9 * along * Math.cos(turned) + noise(), 0.9 * along * Math.sin(turned) + noise()];
}

/** A round cloud that overlaps with its neighbours. */
function inCloud(angle: number, random: RandomStream): [number, number] {
  return [0.4 * Math.cos(angle) + 0.24 * random.normal(), 0.4 * Math.sin(angle) + 0.24 * random.normal()];
}
