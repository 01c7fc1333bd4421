// A rule of markdown-it: code between dollars, as in $`x_y`$, is a formula; alone in its paragraph it is displayed.
import katex from 'katex';
import { texOf } from './formula.mjs';

/** Teaches a parser of Markdown formulas. */
export function formulas(parser) {
  parser.core.ruler.after('inline', 'formulas', ({ tokens }) => {
    for (const [at, { type, children }] of tokens.entries()) {
      if (type === 'inline') typeset(children, tokens[at - 1].type === 'paragraph_open');
    }
  });
}

function typeset(tokens, isParagraph) {
  for (const [at, token] of tokens.entries()) {
    const [before, after] = [tokens[at - 1], tokens[at + 1]];
    if (token.type !== 'code_inline' || !isText(before) || !isText(after)) continue;
    if (!before.content.endsWith('$') || !after.content.startsWith('$')) continue;
    before.content = before.content.slice(0, -1);
    after.content = after.content.slice(1);
    const displayMode = isParagraph && tokens.length === 3 && before.content === '' && after.content === '';
    token.type = 'html_inline';
    token.content = katex.renderToString(texOf(token.content), { displayMode, throwOnError: true });
  }
}

function isText(token) {
  return token?.type === 'text';
}
