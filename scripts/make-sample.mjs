// Makes data/cifar-10-lt-sample from CIFAR-10 files in the official binary layout:
//   node scripts/make-sample.mjs FOLDER
// FOLDER holds data_batch*.bin and test_batch.bin (either may be .gz), and may hold approximate_records.json, which lists
// records, by file and 0-based position, that are not the official ones: none of them may enter the sample.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

const CLASSES = 10;
const RECORD = 1 + 3 * 32 * 32;
const TRAIN_MAX = 500;
const TRAIN_RATIO = 100;
const TEST_PER_CLASS = 100;

const folder = process.argv[2];
if (folder === undefined) {
  console.error('usage: node scripts/make-sample.mjs FOLDER (CIFAR-10 in the official binary layout)');
  process.exit(2);
}
const output = join(import.meta.dirname, '..', 'data', 'cifar-10-lt-sample');
const approximate = readApproximate(join(folder, 'approximate_records.json'));

const trainCounts = Array.from({ length: CLASSES }, (_, y) =>
  Math.trunc(TRAIN_MAX * (1 / TRAIN_RATIO) ** (y / (CLASSES - 1))),
);
const train = firstOfEachClass(recordsOf(/^data_batch.*\.bin(\.gz)?$/), trainCounts);
const test = firstOfEachClass(
  recordsOf(/^test_batch\.bin(\.gz)?$/).filter(({ exact }) => exact),
  Array(CLASSES).fill(TEST_PER_CLASS),
);
if (!train.every(({ exact }) => exact)) throw new Error('an approximate record would enter the training sample');

mkdirSync(output, { recursive: true });
write('data_batch_sample.bin', train);
write('test_batch.bin', test);
writeFileSync(join(output, 'batches.meta.txt'), readFileSync(join(folder, 'batches.meta.txt')));

/** Every record of the files that fit `pattern`, in name order, and whether it is the official one. */
function recordsOf(pattern) {
  const names = readdirSync(folder).filter((name) => pattern.test(name));
  return names.sort().flatMap((name) => {
    const stored = readFileSync(join(folder, name));
    const bytes = name.endsWith('.gz') ? gunzipSync(stored) : stored;
    if (bytes.length % RECORD !== 0) throw new Error(`${name}: ${bytes.length} bytes are no whole number of records`);
    const inexact = new Set(approximate[name.replace(/\.gz$/, '')] ?? []);
    return Array.from({ length: bytes.length / RECORD }, (_, i) => ({
      bytes: bytes.subarray(i * RECORD, (i + 1) * RECORD),
      exact: !inexact.has(i),
    }));
  });
}

/** The first `counts[y]` records of each class y, in their order. */
function firstOfEachClass(records, counts) {
  const left = [...counts];
  const kept = records.filter(({ bytes }) => left[bytes[0]]-- > 0);
  const short = left.findIndex((missing) => missing > 0);
  if (short >= 0) throw new Error(`class ${short}: ${left[short]} records too few in ${folder}`);
  return kept;
}

function write(name, records) {
  const bytes = Buffer.concat(records.map((record) => record.bytes));
  const zipped = gzipSync(bytes, { level: 9 }); // carries neither name nor time
  writeFileSync(join(output, `${name}.gz`), zipped);
  const md5 = createHash('md5').update(bytes).digest('hex');
  console.log(`${name}: ${records.length} records, ${bytes.length} bytes, md5 ${md5}, ${zipped.length} bytes as .gz`);
}

function readApproximate(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
}
