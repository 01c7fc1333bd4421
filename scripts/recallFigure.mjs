// Draws recall of each class against its number of training images for two runs, as the README shows it.
// Usage: node scripts/recallFigure.mjs CE_RUN LOGIT_ADJUSTED_RUN [OUT.svg]
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vega from 'vega';
import { compile } from 'vega-lite';
import { root } from './steps.mjs';

const [plain, adjusted, out = `${root}docs/figures/recall.svg`] = process.argv.slice(2);
const report = (run) => JSON.parse(readFileSync(join(run, 'report.json'), 'utf8'));
const series = [
  { name: 'cross-entropy', run: report(plain), scores: 'raw' },
  { name: 'cross-entropy, adjusted post hoc', run: report(plain), scores: 'posthoc' },
  { name: 'logit-adjusted loss', run: report(adjusted), scores: 'raw' },
];
const names = series.map(
  ({ name, run, scores }) => `${name}: ${(100 * run.final[scores].balancedAccuracy).toFixed(1)} %`,
);
const values = series.flatMap(({ run, scores }, index) =>
  run.final[scores].perClassRecall.map((recall, y) => ({
    method: names[index],
    images: run.classCounts[y],
    recall: 100 * recall,
  })),
);

const text = '#768390'; // between the text colours of a light and of a dark page
const specification = {
  width: 620,
  height: 260,
  data: { values },
  mark: { type: 'line', point: { size: 45, filled: true }, strokeWidth: 2 },
  encoding: {
    x: {
      field: 'images',
      type: 'quantitative',
      title: 'training images of the class (head to tail)',
      scale: { type: 'log', reverse: true, nice: false },
      axis: { values: [...new Set(values.map(({ images }) => images))], format: ',d' },
    },
    y: { field: 'recall', type: 'quantitative', title: 'recall on the test set, %', scale: { domain: [0, 100] } },
    color: {
      field: 'method',
      type: 'nominal',
      sort: names,
      title: 'balanced accuracy',
      scale: { domain: names, range: ['#bf3989', '#8250df', '#1a7f37'] },
      legend: { orient: 'top', columns: 1, labelLimit: 400 },
    },
  },
  config: {
    background: 'transparent', // readable on a light and on a dark page
    font: 'system-ui, sans-serif',
    axis: { labelColor: text, titleColor: text, gridColor: '#8c959f40', domainColor: text, tickColor: text },
    legend: { labelColor: text, titleColor: text, labelFontSize: 12 },
    view: { stroke: null },
  },
};
const view = new vega.View(vega.parse(compile(specification).spec), { renderer: 'none' });
writeFileSync(out, `${await view.toSVG()}\n`);
console.log(out);
