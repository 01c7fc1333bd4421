import type { PairedDifference, Spread } from './statistics.js';

const MINUS = '\u2212';

/** A number with so many decimals and a true minus sign. */
export function fixed(value: number, decimals: number): string {
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** Nats, or another number whose size is not known: three decimals, fewer where there are many digits before the point. */
export function quantity(value: number): string {
  const size = Math.abs(value);
  return size >= 1000 ? count(value) : fixed(value, size >= 100 ? 1 : size >= 10 ? 2 : 3);
}

/** A share as a percentage, without the sign: the column or the sentence has it. */
export function percent(share: number): string {
  return fixed(100 * share, 1);
}

/** `34.2 ± 0.8`; a single run has no spread, nothing is a dash. */
export function withSpread(spread: Spread | null, format: (value: number) => string): string {
  if (spread === null) return '–';
  const { mean, deviation } = spread;
  return deviation === null ? format(mean) : `${format(mean)} ± ${format(deviation)}`;
}

/** `+11.5 ± 0.6` percentage points, the standard error behind the sign. */
export function points({ mean, standardError }: PairedDifference): string {
  const sign = Number((100 * mean).toFixed(1)) > 0 ? '+' : '';
  return sign + percent(mean) + (standardError === null ? '' : ` ± ${percent(standardError)}`);
}

/** A count with thin spaces between thousands. */
export function count(value: number): string {
  return fixed(value, 0).replaceAll(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** `1 run`, `2 runs`. */
export function plural(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : noun.endsWith('ss') ? 'es' : 's'}`;
}

/** `a`, `a and b`, `a, b and c`; with semicolons where a part has a comma of its own. */
export function listed(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join('');
  if (parts.some((part) => part.includes(','))) return parts.join('; ');
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)!}`;
}
