import { basename } from 'node:path';
import { DataFormatError, InvalidArgumentError } from '../../core/index.js';
import { multiLabelDataset } from '../index.js';
import type { MultiLabelDataset } from '../index.js';
import { GrowingArray } from './growingArray.js';
import { textLines } from './textLines.js';
import type { PublishedText, TextLine } from './textLines.js';
import { parseHeader, parsePoint } from './xcLine.js';
import type { XcHeader } from './xcLine.js';

/** Options of {@link readXcFile}. */
export interface ReadXcFileOptions {
  /** Name of the data set, for reports. Default: the name of the file, without `.txt` and `.gz`. */
  readonly name?: string;
  /** Name of each class, in label order, as many as the header says. Default: their numbers. */
  readonly classNames?: readonly string[];
  /** Stops between two reads; what it was aborted with is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a file of the Extreme Classification Repository: sparse features and any number of labels an example.
 *
 * The first line is `points features labels`; then each point has a line `label,label,... feature:value feature:value ...`,
 * both numbered from 0. A point without labels begins with a space; one may have no features, or neither. The file is read
 * as a stream, through gunzip where its name ends in `.gz`.
 *
 * @param path The file.
 * @param options `name`, `classNames`, `signal`.
 * @returns The points in the order of the file.
 * @throws DataFormatError If the file cannot be read or breaks the format; the message has file and line, what was expected
 *   and what came.
 * @throws InvalidArgumentError If there are not as many `classNames` as labels.
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { labelLists } from 'tfjs-longtail/data';
 * import { readXcFile } from 'tfjs-longtail/data/node';
 * const path = join(tmpdir(), 'xc-example.txt');
 * await writeFile(path, '2 5 3\n0,2 1:0.5 4:1\n 0:1\n');
 * const dataset = await readXcFile(path);
 * console.log(dataset.numFeatures, labelLists(dataset, [0, 1]).map((ids) => ids.join(' '))); // 5 [ '0 2', '' ]
 * ```
 * @see Bhatia et al., The Extreme Classification Repository, http://manikvarma.org/downloads/XC/XMLRepository.html
 */
export async function readXcFile(path: string, options: ReadXcFileOptions = {}): Promise<MultiLabelDataset> {
  const { name = basename(path).replace(/(\.txt)?(\.gz)?$/, ''), classNames, signal } = options;
  return readXc(path, { name, classNames, signal });
}

/** What {@link readXc} needs to know. */
export interface XcSource {
  readonly name: string;
  readonly classNames?: readonly string[] | undefined;
  readonly published?: PublishedText | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Reads a file whose content may be known beforehand. */
export async function readXc(path: string, source: XcSource): Promise<MultiLabelDataset> {
  const { name, classNames, published, signal } = source;
  let header: XcHeader | undefined;
  const rows = new XcRows();
  for await (const line of textLines(path, { published, signal })) {
    if (header === undefined) header = checkedHeader(line, classNames);
    else if (rows.size < header.points) rows.add(line, header);
    else if (line.text !== '') throw tooMany(line, header);
  }
  if (header === undefined) {
    throw new DataFormatError(`${path}:1`, 'a header "points features labels"', 'an empty file');
  }
  if (rows.size < header.points) {
    const where = `${path}:${rows.size + 2}`;
    throw new DataFormatError(where, `${header.points} points, as the header says`, `the end after ${rows.size}`);
  }
  const names = classNames ?? Array.from({ length: header.labels }, (_, y) => String(y));
  return multiLabelDataset({ name, numFeatures: header.features, classNames: names, ...rows.toArrays() });
}

function checkedHeader(line: TextLine, classNames: readonly string[] | undefined): XcHeader {
  const header = parseHeader(line);
  if (classNames === undefined || classNames.length === header.labels) return header;
  throw new InvalidArgumentError(line.where, `${header.labels} classNames, as the header says`, classNames.length);
}

function tooMany({ where, text }: TextLine, { points }: XcHeader): DataFormatError {
  return new DataFormatError(
    where,
    `the end after ${points} points, as the header says`,
    JSON.stringify(text.slice(0, 40)),
  );
}

/** The rows so far. */
class XcRows {
  private readonly labelOffsets = new GrowingArray(Int32Array);
  private readonly labels = new GrowingArray(Int32Array);
  private readonly featureOffsets = new GrowingArray(Int32Array);
  private readonly columns = new GrowingArray(Int32Array);
  private readonly values = new GrowingArray(Float32Array);

  get size(): number {
    return this.labelOffsets.size;
  }

  /** Adds the point that a line describes. */
  add(line: TextLine, header: XcHeader): void {
    this.labelOffsets.push(this.labels.size);
    this.featureOffsets.push(this.columns.size);
    parsePoint(line, header, this.labels, this.columns, this.values);
  }

  toArrays(): Pick<MultiLabelDataset, 'features' | 'labels'> {
    const offsets = (starts: GrowingArray<Int32Array>, end: number): Int32Array => {
      starts.push(end);
      return starts.toArray();
    };
    return {
      labels: { offsets: offsets(this.labelOffsets, this.labels.size), ids: this.labels.toArray() },
      features: {
        offsets: offsets(this.featureOffsets, this.columns.size),
        columns: this.columns.toArray(),
        values: this.values.toArray(),
      },
    };
  }
}
