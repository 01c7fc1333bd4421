import { decodeCifar } from './cifar.js';
import type { LabelledImages } from './cifar.js';
import { cifar10Classes, cifar100Classes, mnistClasses } from './classNames.js';
import type { Checksum } from './download.js';
import { decodeMnist } from './idx.js';
import type { RecordFile } from './recordFile.js';

/** A published file. */
export interface RemoteFile {
  /** Name in the cache. */
  readonly name: string;
  /** Where it can be had, best first. */
  readonly urls: readonly string[];
  /** Published checksum. */
  readonly checksum: Checksum;
}

/** How one data set lies on disk, where it comes from and what its files mean. */
export interface ImageSource {
  /** Usual name of its folder. */
  readonly folder: string;
  /** File names of the official archive. */
  readonly archives: readonly string[];
  /** How the names of its files end, before an optional `.gz`. */
  readonly extension: string;
  /** The published files; empty for the sample, which comes with the package. */
  readonly remote: readonly RemoteFile[];
  /** Names in label order. */
  readonly classNames: readonly string[];
  /** Height, width, channels. */
  readonly imageShape: readonly [number, number, number];
  /** The content of one split's files, in name order. */
  decode(files: readonly RecordFile[]): LabelledImages;
}

const cifarHome = 'https://www.cs.toronto.edu/~kriz';

const cifar10: ImageSource = {
  folder: 'cifar-10-batches-bin',
  archives: ['cifar-10-binary.tar.gz', 'cifar-10-binary.tar'],
  extension: '.bin',
  remote: [
    {
      name: 'cifar-10-binary.tar.gz',
      urls: [`${cifarHome}/cifar-10-binary.tar.gz`],
      checksum: 'md5:c32a1d4ab5d03f1284b67883e8d13530',
    },
  ],
  classNames: cifar10Classes,
  imageShape: [32, 32, 3],
  decode: (files) => decodeCifar(files, [10]),
};

const cifar100: ImageSource = {
  folder: 'cifar-100-binary',
  archives: ['cifar-100-binary.tar.gz', 'cifar-100-binary.tar'],
  extension: '.bin',
  remote: [
    {
      name: 'cifar-100-binary.tar.gz',
      urls: [`${cifarHome}/cifar-100-binary.tar.gz`],
      checksum: 'md5:03b5dce01913d631647c71ecec9e9cb8',
    },
  ],
  classNames: cifar100Classes,
  imageShape: [32, 32, 3],
  decode: (files) => decodeCifar(files, [20, 100]),
};

const mnistHomes = [
  'https://ossci-datasets.s3.amazonaws.com/mnist',
  'https://storage.googleapis.com/cvdf-datasets/mnist',
];

function mnistFile(name: string, md5: string): RemoteFile {
  return { name, urls: mnistHomes.map((home) => `${home}/${name}`), checksum: `md5:${md5}` };
}

const mnist: ImageSource = {
  folder: 'mnist',
  archives: [],
  extension: '-ubyte',
  remote: [
    mnistFile('train-images-idx3-ubyte.gz', 'f68b3c2dcbeaaa9fbdd348bbdeb94873'),
    mnistFile('train-labels-idx1-ubyte.gz', 'd53e105ee54ea40749a09fcbcd1e9432'),
    mnistFile('t10k-images-idx3-ubyte.gz', '9fb629c4189551a2d022fa330f9573f3'),
    mnistFile('t10k-labels-idx1-ubyte.gz', 'ec29112dd5afa0611ce80d1b7f02629c'),
  ],
  classNames: mnistClasses,
  imageShape: [28, 28, 1],
  decode: (files) => decodeMnist(files, 10),
};

const sample: ImageSource = { ...cifar10, folder: 'cifar-10-lt-sample', archives: [], remote: [] };

/** Every data set that can be loaded by name. */
export const sources = { sample, cifar10, cifar100, mnist };
