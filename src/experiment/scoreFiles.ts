import { DataFormatError } from '../core/index.js';
import { readNpy, readNpyLabels } from '../data/node/index.js';

/** Scores of a model from any framework, with the labels that belong to them. */
export interface ScoreFile {
  /** Logits, `[N, C]` row by row. */
  readonly scores: Float32Array | Float64Array;
  /** Class ids, `[N]`. */
  readonly labels: Int32Array;
  /** Number of classes C. */
  readonly numClasses: number;
}

/**
 * Reads scores and labels, and checks that they can belong together.
 *
 * @throws DataFormatError If a file cannot be read or has another shape, a score is not finite, the rows are
 *   probabilities, a label has no column, or there are not as many labels as rows.
 */
export async function readScoreFile(scoresPath: string, labelsPath: string): Promise<ScoreFile> {
  const { shape, data } = await readNpy(scoresPath);
  if (!(data instanceof Float32Array || data instanceof Float64Array) || shape.length !== 2 || shape[1]! < 2) {
    const expected = 'scores [examples, classes] of float32 or float64, at least 2 classes';
    const kind = Object.prototype.toString.call(data).slice('[object '.length, -'Array]'.length).toLowerCase();
    throw new DataFormatError(scoresPath, expected, `${kind} of shape [${shape.join(', ')}]`);
  }
  const [rows, numClasses] = shape as [number, number];
  const labels = await readNpyLabels(labelsPath);
  if (labels.length !== rows || rows === 0) {
    const expected = rows === 0 ? 'labels and scores' : `${rows} labels, one for each row of ${scoresPath}`;
    throw new DataFormatError(labelsPath, expected, labels.length);
  }
  checkFinite(scoresPath, data, numClasses);
  checkLabels(labelsPath, labels, numClasses, scoresPath);
  checkLogits(scoresPath, data, numClasses);
  return { scores: data, labels, numClasses };
}

function checkFinite(path: string, scores: ArrayLike<number>, numClasses: number): void {
  for (let i = 0; i < scores.length; i++) {
    if (Number.isFinite(scores[i])) continue;
    const got = `${scores[i]} for class ${i % numClasses}`;
    const hint = scores[i] === -Infinity ? 'Raise probabilities of 0 to 1e-30 before the logarithm' : undefined;
    throw new DataFormatError(`${path}, row ${Math.floor(i / numClasses)}`, 'finite scores', got, hint);
  }
}

function checkLabels(path: string, labels: Int32Array, numClasses: number, scoresPath: string): void {
  const row = labels.findIndex((label) => label >= numClasses);
  if (row < 0) return;
  const expected = `a class in 0..${numClasses - 1}, as ${scoresPath} has ${numClasses} columns`;
  const fromOne = !labels.includes(0) && labels.every((label) => label <= numClasses);
  const hint = fromOne ? 'The labels seem to count from 1: subtract 1' : undefined;
  throw new DataFormatError(`${path}, row ${row}`, expected, labels[row], hint);
}

/** Probabilities taken for logits would give wrong losses and adjustments without any sign of it. */
function checkLogits(path: string, scores: ArrayLike<number>, numClasses: number): void {
  for (let start = 0; start < scores.length; start += numClasses) {
    let total = 0;
    for (let y = 0; y < numClasses; y++) {
      if (scores[start + y]! < 0) return;
      total += scores[start + y]!;
    }
    if (Math.abs(total - 1) > 1e-3) return;
  }
  throw new DataFormatError(path, 'logits or log-probabilities', 'probabilities', 'Save numpy.log(p + 1e-30)');
}
