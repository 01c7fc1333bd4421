import type { Scores } from '../experiment/index.js';
import { percent, table } from './output.js';

/** Raw and post-hoc scores side by side, as people compare them. */
export function scoreTable({ raw, posthoc }: Scores): string {
  const group = (name: 'head' | 'torso' | 'tail'): string[] => {
    const { classes } = raw.groups[name] ?? { classes: 0 };
    const value = (scores: typeof raw): string => percent(scores.groups[name]?.balancedAccuracy ?? null);
    return [`  ${name} (${classes} classes)`, value(raw), value(posthoc)];
  };
  return table(
    ['%', 'raw', `post-hoc, tau ${Number(posthoc.tau.toFixed(3))}`],
    [
      ['balanced accuracy', percent(raw.balancedAccuracy), percent(posthoc.balancedAccuracy)],
      group('head'),
      group('torso'),
      group('tail'),
      ['accuracy', percent(raw.accuracy), percent(posthoc.accuracy)],
      ['calibration error (ECE)', percent(raw.ece), percent(posthoc.ece)],
      ['loss (NLL), nats', raw.nll.toFixed(4), posthoc.nll.toFixed(4)],
    ],
  );
}
