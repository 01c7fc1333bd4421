import type { LoadDatasetOptions } from '../data/node/index.js';
import { bytes, printProgress } from './output.js';

/** Seconds between two lines about the same file. */
const INTERVAL_S = 1;

/** A listener that prints how a download goes, a line a second at most and one at the end of each file. */
export function downloadLines(say = printProgress): NonNullable<LoadDatasetOptions['onProgress']> {
  let shown = -Infinity;
  return ({ url, receivedBytes, totalBytes }) => {
    const now = performance.now();
    if (receivedBytes !== totalBytes && now - shown < 1000 * INTERVAL_S) return;
    shown = now;
    say(`download ${url}: ${bytes(receivedBytes)}${totalBytes === undefined ? '' : ` of ${bytes(totalBytes)}`}`);
  };
}
