import { COLORS } from './charts/theme.js';
import { spread, type Spread } from './statistics.js';
import type { RecordedScores } from './records.js';
import type { Series, Study } from './study.js';

/** A number of the scores, such as the balanced accuracy; absent where a run does not have it. */
export type Measure = (scores: RecordedScores) => number | null | undefined;

/** Mean over all classes of the recall. */
export const balancedAccuracy: Measure = (scores) => scores.balancedAccuracy;

/** Mean recall of head, torso or tail classes. */
export const groupAccuracy =
  (group: 'head' | 'torso' | 'tail'): Measure =>
  (scores) =>
    scores.groups[group]?.balancedAccuracy;

/** Mean and spread of a number over the runs of a series. */
export function spreadOf({ scored }: Series, measure: Measure): Spread | null {
  return spread(scored.map(({ scores }) => measure(scores)));
}

/** A number by seed; runs of one seed are averaged. */
export function bySeed({ scored }: Series, measure: Measure): Map<number, number> {
  const seeds = [...new Set(scored.map(({ seed }) => seed))];
  const means = seeds.map((seed) => {
    const same = scored.filter((run) => run.seed === seed);
    return [seed, spread(same.map(({ scores }) => measure(scores)))?.mean] as const;
  });
  return new Map(means.filter((entry): entry is [number, number] => entry[1] !== undefined));
}

/** The series with the highest mean balanced accuracy; `null` while no run is finished. */
export function bestSeries({ series }: Study): Series | null {
  const value = (one: Series): number => spreadOf(one, balancedAccuracy)!.mean;
  return series.reduce<Series | null>((best, one) => (best !== null && value(best) >= value(one) ? best : one), null);
}

/** The methods that charts show: all, or with more than colours can tell apart the baseline and the best. */
export function drawnMethods({ methods, series }: Study): ReadonlySet<number> {
  const best = (slot: number): number =>
    Math.max(
      -1,
      ...series.filter(({ method }) => method.slot === slot).map((one) => spreadOf(one, balancedAccuracy)!.mean),
    );
  const slots = methods.map(({ slot }) => slot);
  const ranked = slots.slice(1).sort((a, b) => best(b) - best(a));
  return new Set([0, ...ranked.slice(0, COLORS - 1)]);
}

/** The series of the methods that charts show. */
export function drawnSeries(study: Study): Series[] {
  const drawn = drawnMethods(study);
  return study.series.filter(({ method }) => drawn.has(method.slot));
}

/** The raw series that are drawn. */
export function rawSeries(study: Study): Series[] {
  return drawnSeries(study).filter(({ treatment }) => treatment === 'raw');
}

/** Every drawn method as it would be used: adjusted where there is an adjustment. `null` where none has one. */
export function adjustedSeries(study: Study): Series[] | null {
  const drawn = drawnSeries(study);
  const isAdjusted = ({ treatment }: Series): boolean => treatment !== 'raw';
  if (!drawn.some(isAdjusted)) return null;
  const adjusted = new Set(drawn.filter(isAdjusted).map(({ method }) => method.slot));
  return drawn.filter((one) => isAdjusted(one) || !adjusted.has(one.method.slot));
}
