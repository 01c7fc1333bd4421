import type { NormTau } from '../experiment/index.js';

/** A classifier for people: `tau-norm, tau 0.7 chosen on the hold-out`. */
export function classifierText(name: string, normTau: NormTau | null): string {
  if (normTau === null) return name;
  return `${name}, tau ${normTau.value} ${normTau.chosenBy === 'fixed' ? 'as set' : 'chosen on the hold-out'}`;
}
