/** A mark for each class, so that nothing hangs on colour alone: circle, triangle, square, diamond; of radius about 1. */
export const outlines: readonly string[] = [
  'M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0Z',
  'M0-1.25L1.15.8H-1.15Z',
  'M-.9-.9H.9V.9H-.9Z',
  'M0-1.3L1.3 0L0 1.3L-1.3 0Z',
];

/** The mark of a class as an image in text. */
export function swatch(classId: number): string {
  const path = `<path d="${outlines[classId]!}" />`;
  return `<svg class="swatch class-${classId}" viewBox="-1.5 -1.5 3 3" aria-hidden="true">${path}</svg>`;
}

/** The colour of a class in the scheme of the page. */
export function colourOf(classId: number): string {
  return getComputedStyle(document.querySelector(`.class-${classId}`)!).color;
}
