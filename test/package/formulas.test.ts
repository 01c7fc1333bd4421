import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import katex from 'katex';
import { describe, expect, it } from 'vitest';
import { importScript } from '../support/script.js';
import { root } from './examples.js';

const { texOf } = await importScript<{ texOf: (formula: string) => string }>('docs/formula.mjs');

describe('formulas of the documentation', () => {
  it.each([
    ['-log softmax(f + tau log pi)_y', String.raw`-\log \operatorname{softmax}(f + \tau \log \pi )_{y}`],
    ["sum_{y' != y} (pi_{y'} / pi_y)^tau", String.raw`\sum_{y' \ne y} (\pi_{y'} / \pi_{y})^{\tau}`],
    ['w_c / ||w_c||^tau', String.raw`w_{c} / \lVert w_{c}\rVert^{\tau}`],
    ['K_ij = kappa(<x_i, x_j>)', String.raw`K_{ij} = \kappa (\langle x_{i}, x_{j}\rangle)`],
    ['f(S) = sum_v max_{i in S} s_iv', String.raw`f(S) = \sum_{v} \max_{i \in S} s_{iv}`],
    ['I = { S : |S & V_c| <= capacity_c }', String.raw`I = \{ S : |S \cap V_{c}| \le \operatorname{capacity}_{c} \}`],
    ['T_(n+1) = t^(m-1)', 'T_{n+1} = t^{m-1}'],
    ['q~_bc^2 <- sqrt(1 - l)', String.raw`\tilde{q}_{bc}^{2} \leftarrow \sqrt{1 - l}`],
    ['l_i = i^-gamma', String.raw`l_{i} = i^{-\gamma}`],
    ['beta1^t * (n_max)', String.raw`\beta_{1}^{t} \cdot (n_{\max})`],
    ['t^0..t^M', String.raw`t^{0},\dots,t^{M}`],
    ['sum over all classes', String.raw`\sum \operatorname{over}\ \operatorname{all}\ \operatorname{classes}`],
    ['w - lr g', String.raw`w - \operatorname{lr}\ g`],
    ['log10(x)', String.raw`\log_{10}(x)`],
    ['a < b', 'a < b'],
    [String.raw`\tfrac{1}{2} tau`, String.raw`\tfrac{1}{2} tau`],
  ])('%s', (formula, tex) => {
    const spaced = (text: string): string => text.replaceAll(/(?<!\\) +/g, '');
    expect(spaced(texOf(formula))).toBe(spaced(tex));
  });

  it('can all be set', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')); // prettier-ignore
    const formulas = files.flatMap((file) =>
      [...readFileSync(join(root, 'src', file), 'utf8').matchAll(/\$`([^`]+)`\$/g)].map(([, text]) =>
        text!.replaceAll(/\n\s*\* ?/g, ' '),
      ),
    );
    expect(formulas.length).toBeGreaterThan(200);
    for (const formula of formulas)
      expect(() => katex.renderToString(texOf(formula), { throwOnError: true }), formula).not.toThrow();
  });
});
