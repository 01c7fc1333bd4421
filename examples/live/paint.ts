import { colourOf, outlines } from './marks.js';
import type { Points } from './problem.js';

const resolution = 100;
const extent = 1.25;

/** Where the classes of the regions are asked for: the middles of the cells of a grid, row by row from above. */
export const cells: readonly [number, number][] = Array.from({ length: resolution ** 2 }, (_, at) => {
  const [column, row] = [at % resolution, Math.floor(at / resolution)];
  const place = (cell: number): number => ((2 * cell + 1) / resolution - 1) * extent;
  return [place(column), -place(row)];
});

/** Paints the class of every cell, and the points above, the rarer the larger. */
export function paint(canvas: HTMLCanvasElement, classes: Int32Array, { rows, labels }: Points): void {
  const side = Math.round(canvas.clientWidth * devicePixelRatio);
  canvas.width = canvas.height = side;
  const context = canvas.getContext('2d')!;
  const colours = outlines.map((_, k) => colourOf(k));

  context.globalAlpha = 0.3;
  context.imageSmoothingQuality = 'high';
  context.drawImage(regions(classes, colours), 0, 0, side, side);
  context.globalAlpha = 1;

  const marks = outlines.map((outline) => new Path2D(outline));
  const scale = (side / 480 + devicePixelRatio) / 2; // on a small canvas the marks shrink less than it
  const sizes = outlines.map((_, k) => markSize(labels.filter((label) => label === k).length) * scale);
  context.strokeStyle = getComputedStyle(canvas.parentElement!).backgroundColor;
  context.lineWidth = 0.35;
  rows.forEach(([x, y], at) => {
    const k = labels[at]!;
    const [size, middle] = [sizes[k]!, side / 2];
    context.setTransform(size, 0, 0, size, middle * (1 + x / extent), middle * (1 - y / extent));
    context.fillStyle = colours[k]!;
    context.fill(marks[k]!);
    context.stroke(marks[k]!);
  });
}

/** One pixel a cell; scaling it up smooths the borders. */
function regions(classes: Int32Array, colours: readonly string[]): HTMLCanvasElement {
  const image = document.createElement('canvas');
  image.width = image.height = resolution;
  const context = image.getContext('2d')!;
  classes.forEach((k, at) => {
    context.fillStyle = colours[k]!;
    context.fillRect(at % resolution, Math.floor(at / resolution), 1, 1);
  });
  return image;
}

/** Radius in pixels of a canvas of 480: about 3 for a thousand points, 7 for ten. */
function markSize(count: number): number {
  return 9 - 2 * Math.log10(count);
}
