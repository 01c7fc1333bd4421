import Table from 'cli-table3';

/** Whether colours and redrawing are wanted on a stream. */
export function isFancy(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
}

/** Prints the result of a command: one JSON object, or text. */
export function printResult(json: boolean, result: object, text: () => string): void {
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${text()}\n`);
}

/** Prints a line of progress on stderr. */
export function printProgress(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A plain table; numbers are given as text, already rounded. `align` is that of all columns but the first. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  align: 'left' | 'right' = 'right',
): string {
  const style = { compact: true, ...(isFancy(process.stdout) ? { head: ['bold'] } : { head: [], border: [] }) };
  const made = new Table({ head: [...head], style, colAligns: head.map((_, i) => (i === 0 ? 'left' : align)) });
  made.push(...rows.map((row) => [...row]));
  return made.toString();
}

/** A share as a percentage with two decimals; a dash for `null`. */
export function percent(share: number | null): string {
  return share === null ? '-' : (100 * share).toFixed(2);
}

/** Bytes in the largest unit that keeps a digit before the point. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3));
  return `${(count / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
