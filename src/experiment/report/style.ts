/** Style of the page: colours are variables, so that one drawing serves light, dark and print. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --card: #ffffff; --ink: #1c2128; --muted: #57606a; --line: #d8dee4; --grid: #e7ebef; --axis: #8c959f;
  --accent: #0b5cad; --heat: #0b5cad; --on-heat: #ffffff; --notice: #fff6dd; --notice-line: #d9a514;
  --series-1: #0b5cad; --series-2: #bc4c00; --series-3: #187a4a; --series-4: #a8327d;
  --series-5: #6a44c0; --series-6: #7d6300; --series-7: #0e7790; --series-8: #b3283a;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #0f1419; --card: #161c23; --ink: #e3e8ee; --muted: #9aa5b1; --line: #2d3641; --grid: #262f39; --axis: #6b7683;
    --accent: #6cb2ff; --heat: #5ea7f5; --on-heat: #0f1419; --notice: #2b2513; --notice-line: #a98420;
    --series-1: #6cb2ff; --series-2: #f5935a; --series-3: #55c78b; --series-4: #ee85c4;
    --series-5: #b39bff; --series-6: #d6ba4a; --series-7: #4fc3da; --series-8: #ff8592;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 2.5rem 1rem 4rem; max-width: 74rem;
  background: var(--page); color: var(--ink);
  font: 400 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; font-weight: 650; letter-spacing: -0.015em; }
h2.study { margin: 3.5rem 0 0; font-size: 1.4rem; line-height: 1.3; font-weight: 650; letter-spacing: -0.01em; }
section { margin-top: 2.25rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
section > h2, section > h3 { margin: 0 0 0.5rem; font-size: 1.15rem; line-height: 1.3; font-weight: 650; }
p { margin: 0.5rem 0; max-width: 46rem; }
header > p { color: var(--muted); }
header > .notice { color: var(--ink); }
.note { color: var(--muted); font-size: 0.875rem; }
.notice { padding: 0.6rem 0.9rem; border-left: 3px solid var(--notice-line); background: var(--notice); border-radius: 2px; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.1rem; margin: 1rem 0 0; padding: 0; list-style: none; font-size: 0.9rem; }
a { color: var(--accent); text-underline-offset: 0.15em; text-decoration-thickness: 1px; }
a:focus-visible, summary:focus-visible, button:focus-visible, .scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1.25rem; margin: 1rem 0 0; padding: 0; list-style: none; font-size: 0.875rem; }
.legend li { display: flex; align-items: center; gap: 0.5rem; }
.legend svg { flex: none; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20.5rem), 1fr)); gap: 1.5rem 2rem; margin: 1rem 0; }
figure { margin: 0; min-width: 0; display: flex; flex-direction: column; }
figure > :is(h3, h4) { margin: 0 0 0.6rem; font-size: 0.95rem; font-weight: 600; }
figure svg { display: block; width: 100%; max-width: 25rem; height: auto; overflow: visible; font-variant-numeric: tabular-nums; }
figcaption { margin-top: 0.5rem; color: var(--muted); font-size: 0.825rem; line-height: 1.45; max-width: 25rem; }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
caption > span { position: sticky; left: 0; display: inline-block; max-width: min(46rem, calc(100vw - 2rem)); }
caption { padding: 0 0 0.5rem; text-align: left; color: var(--muted); font-size: 0.825rem; }
th, td { padding: 0.4rem 1.1rem 0.4rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: baseline; }
thead th { color: var(--muted); font-weight: 500; vertical-align: bottom; border-bottom-color: var(--axis); }
tbody th { font-weight: 500; min-width: 8rem; }
th.number, td.number { text-align: right; white-space: nowrap; }
th.number { white-space: normal; }
th:last-child, td:last-child { padding-right: 0; }
th button { all: unset; position: relative; cursor: pointer; }
th button:hover { color: var(--ink); text-decoration: underline; text-underline-offset: 0.2em; }
th[aria-sort] button::after { position: absolute; left: 100%; }
th[aria-sort=ascending] button::after { content: "\\2191"; }
th[aria-sort=descending] button::after { content: "\\2193"; }
details { margin: 1rem 0; }
summary { cursor: pointer; color: var(--accent); font-size: 0.925rem; }
footer { margin-top: 3.5rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--muted); font-size: 0.825rem; }
@media (min-width: 60rem) { body { padding: 3.5rem 2rem 5rem; } }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav { display: none; }
  .figures { grid-template-columns: repeat(2, 1fr); gap: 1rem 1.5rem; }
  figure, tr, .legend { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; }
  .scroll { overflow: visible; }
  table { font-size: 8pt; }
  th, td { padding-right: 0.6rem; }
}
`;

/** Sorts tables by a column and opens what is folded for the printer; the page reads without it. */
export const script = `
for (const head of document.querySelectorAll('table[data-sortable] thead th')) {
  const column = head.cellIndex;
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = head.textContent;
  head.replaceChildren(button);
  button.addEventListener('click', () => {
    const ascending = head.getAttribute('aria-sort') === 'descending';
    for (const other of head.parentElement.cells) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', ascending ? 'ascending' : 'descending');
    const body = head.closest('table').tBodies[0];
    const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
    const order = new Intl.Collator('en', { numeric: true }).compare;
    const compare = (a, b) => (isNaN(a) || isNaN(b) ? order(a, b) : a - b);
    const rows = [...body.rows].sort((a, b) => compare(value(a), value(b)));
    body.append(...(ascending ? rows : rows.reverse()));
  });
}
let opened = [];
addEventListener('beforeprint', () => {
  opened = [...document.querySelectorAll('details:not([open])')];
  for (const details of opened) details.open = true;
});
addEventListener('afterprint', () => {
  for (const details of opened) details.open = false;
});
`;
