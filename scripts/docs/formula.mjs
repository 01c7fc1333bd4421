// Formulas of the documentation, written so that they can be read in an editor, as TeX for the page:
// `-log softmax(f + tau log pi)_y` becomes `-\log \operatorname{softmax}(f + \tau \log \pi)_y`. What has a backslash is TeX already.

const greek = new Set(
  'alpha beta gamma delta Delta epsilon kappa lambda nu phi varphi pi rho sigma tau theta'.split(' '),
);
const functions = new Set('log ln exp cos sin max min det arccos arcsin'.split(' '));
/** Written below, as limits, where there is room. */
const limits = new Set('argmax argmin mean'.split(' '));
/** Words and names of two letters; others of that length are two variables. */
const short = new Set('is of or lr wd CE FL LA BS VS'.split(' '));
const symbols = {
  '!=': '\\ne ',
  '<=': '\\le ',
  '>=': '\\ge ',
  '<-': '\\leftarrow ',
  '->': '\\to ',
  '...': '\\dots ',
  '..': ',\\dots,',
  '*': '\\cdot ',
  '&': '\\cap ',
  '∩': '\\cap ',
  '#': '\\#',
  '%': '\\%',
  '~': '\\sim ',
};
const tokens = /\s+|[A-Za-z]+\d*~?|\d+(?:\.\d+)?(?:e-?\d+)?|\|\||!=|<=|>=|<-|->|\.\.\.|\.\.|[^\s]/gu;

/** TeX of a formula. */
export function texOf(formula) {
  if (formula.includes('\\')) return formula;
  return new Formula(formula.match(tokens) ?? []).until(undefined).replaceAll(/ {2,}/g, ' ').trim();
}

const pairs = { '(': ')', '{': '}', '[': ']' };

class Formula {
  #at = 0;
  #norms = 0;

  constructor(parts) {
    this.parts = parts;
  }

  /** Everything up to a closing bracket of this depth, or the end; the bracket is passed over. */
  until(close) {
    let tex = '';
    for (let part = this.#next(); part !== undefined && part !== close; part = this.#next()) tex += this.#texOf(part);
    return tex;
  }

  #next() {
    return this.parts[this.#at++];
  }

  #texOf(part) {
    if (part === '_' || part === '^') return `${part}{${this.#script()}}`;
    if (part === 'sqrt' && this.parts[this.#at] === '(') return `\\sqrt{${this.#inside()}}`;
    if (part === '{') return `\\{${this.until('}')}\\}`;
    if (part in pairs) return `${part}${this.until(pairs[part])}${pairs[part]}`;
    if (part === '||') return this.#norms++ % 2 === 0 ? '\\lVert ' : '\\rVert ';
    if (part === '<' && this.#isProduct()) return `\\langle ${this.until('>')}\\rangle `;
    if (part === '.' && this.parts[this.#at] === ' ') return '\\cdot ';
    if (/^[A-Za-z]/.test(part)) return word(part);
    if (/^\s/.test(part)) return this.#isSpoken() ? '\\ ' : ' ';
    return symbols[part] ?? part;
  }

  /** Whether the space just read stands between two words, not before or after a sign. */
  #isSpoken() {
    const [before, after] = [this.parts[this.#at - 2], this.parts[this.#at]];
    return (
      (isText(before) && /^[\w(]/.test(after ?? '')) ||
      (isText(after) && /^(?:[A-Za-z]{1,2}|\d+|\))$/.test(before ?? ''))
    );
  }

  /** What follows `_` or `^`: a group, which loses its brackets, or one number or word, with its sign. */
  #script() {
    const first = this.parts[this.#at];
    if (first === '{' || first === '(') return this.#inside();
    const sign = first === '-' || first === '+' ? this.#next() : '';
    const part = this.parts[this.#at];
    if (part === undefined || /^[\s)\]]/.test(part)) return sign;
    this.#at++;
    const primes = this.parts[this.#at] === "'" ? this.#next() : '';
    return sign + (/^[A-Za-z]/.test(part) ? word(part) : part) + primes;
  }

  #inside() {
    return this.until(pairs[this.#next()]);
  }

  /** `<a, b>`, not a comparison. */
  #isProduct() {
    const rest = this.parts.slice(this.#at);
    return rest.slice(0, rest.indexOf('>')).includes(',');
  }
}

/** A name of several letters, or a word of English; not the name of a symbol or a function. */
function isText(part) {
  return part !== undefined && /^[A-Za-z]/.test(part) && word(part).startsWith('\\operatorname{');
}

function word(part) {
  if (part.endsWith('~')) return `\\tilde{${word(part.slice(0, -1))}}`;
  const [, name, index] = /^([A-Za-z]+)(\d*)$/.exec(part);
  const below = index && `_{${index}}`;
  if (greek.has(name)) return `\\${name}${below} `;
  if (functions.has(name)) return `\\${name}${below} `;
  if (limits.has(name)) return `\\operatorname*{${name}}`;
  if (name === 'sum') return '\\sum ';
  if (name === 'in') return '\\in ';
  if (name.length > 2 || short.has(name)) return `\\operatorname{${name}}${below}`;
  return name + below;
}
