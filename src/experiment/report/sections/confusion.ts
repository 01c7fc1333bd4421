import { confusionCells, confusionChart, largestConfusions, pooledConfusion } from '../charts/confusion.js';
import { count, fixed, percent } from '../format.js';
import type { Figure, Section } from '../section.js';
import { bestSeries, drawnSeries } from '../selection.js';
import type { Series, Study } from '../study.js';

/** Matrices that a section shows, and confusions that it lists of each. */
const MOST_MATRICES = 3;
const MOST_CONFUSIONS = 5;

/** Which classes are taken for which. */
export function confusion(study: Study): Section | null {
  const matrices = chosen(study).flatMap((series) => {
    const matrix = pooledConfusion(series);
    return matrix === null ? [] : [{ series, matrix }];
  });
  if (matrices.length === 0) return null;
  const rows = matrices.flatMap(({ series, matrix }) =>
    largestConfusions(matrix, MOST_CONFUSIONS).map(({ truth, predicted, share, items }) => [
      series.label,
      `${study.className(truth)} (${count(study.classCounts[truth]!)})`,
      `${study.className(predicted)} (${count(study.classCounts[predicted]!)})`,
      { text: percent(share), value: share },
      { text: count(items), value: items },
    ]),
  );
  return {
    title: 'Confusion',
    blocks: [
      { type: 'figures', legend: [], figures: matrices.map(({ series, matrix }) => figure(study, series, matrix)) },
      {
        type: 'details',
        summary: 'Largest confusions',
        blocks: [
          {
            type: 'table',
            caption:
              'Largest confusions, with the training examples of each class in brackets; runs of a method are pooled',
            columns: ['Method', 'True class', 'Predicted', 'Share of the class, %', 'Test items'],
            rows,
          },
        ],
      },
    ],
  };
}

/** All series where they are few, else the baseline, its adjustment and the best. */
function chosen(study: Study): Series[] {
  const all = drawnSeries(study);
  if (all.length <= MOST_MATRICES) return all;
  const [first, second] = all;
  const wanted = [first, second?.method.slot === 0 ? second : undefined, bestSeries(study)];
  return all.filter((one) => wanted.includes(one));
}

function figure(study: Study, { label, scored }: Series, matrix: readonly (readonly number[])[]): Figure {
  const cells = confusionCells(matrix, study);
  const diagonal = cells.filter(({ truth, predicted }) => truth === predicted);
  const [head, tail] = [diagonal[0], diagonal.at(-1)];
  const ranks =
    diagonal.length < study.classCounts.length ? ' Rows and columns are ranks of classes joined in bands.' : '';
  const ends =
    head && tail
      ? ` On the diagonal ${fixed(head.share, 0)} % at the head, ${fixed(tail.share, 0)} % at the tail.`
      : '';
  const pooled = scored.length > 1 ? `, ${scored.length} runs pooled` : '';
  return {
    title: label,
    caption: `Share of each true class (row) by prediction (column), in percent, both from head to tail${pooled}.${ends}${ranks}`,
    chart: confusionChart(matrix, study),
  };
}
