import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { RunFolderError } from '../core/index.js';
import { writeFileAtomic } from '../core/node/index.js';
import type { TrainConfig } from './config.js';
import { parseEnvironment, type RecordedEnvironment } from './environment.js';

/** Files of a run folder. */
const files = {
  config: 'config.json',
  environment: 'environment.json',
  metrics: 'metrics.jsonl',
  report: 'report.json',
  lock: 'lock.json',
};

/** One line of `metrics.jsonl`. */
export interface EpochRecord {
  /** Epochs completed, from 1. */
  readonly epoch: number;
  /** Steps taken in all. */
  readonly step: number;
  /** Numbers of the epoch. */
  readonly [name: string]: unknown;
}

/** Folders that this process works on. */
const held = new Set<string>();

/** A run on disk: created once, locked while a process works on it, never overwritten. */
export class RunFolder {
  private constructor(
    /** Path of the folder. */
    readonly path: string,
  ) {}

  /** Makes a new folder; with `path` undefined one under `runs/` that is named after the run. */
  static create(path: string | undefined, config: TrainConfig): RunFolder {
    const folder = new RunFolder(path ?? freshName(config));
    try {
      if (path !== undefined && existsSync(path) && !isUnbegun(path)) {
        const hint = `A run is never overwritten: choose another --out, or go on with --resume ${path}`;
        throw new RunFolderError(path, 'a folder that does not exist yet', 'an existing one', hint);
      }
      makeFolder(folder.path);
    } catch (error) {
      throw asRunFolderError(folder.path, 'a place where a folder can be made', error);
    }
    folder.#lock();
    return folder;
  }

  /** Opens a run to go on with. */
  static open(path: string): RunFolder {
    const folder = RunFolder.read(path);
    folder.#lock();
    return folder;
  }

  /** Looks at a run without working on it. */
  static read(path: string): RunFolder {
    if (!existsSync(join(path, files.config))) {
      const got = existsSync(path) ? `no ${files.config}` : 'no such folder';
      throw new RunFolderError(path, 'the folder of a run', got, 'longtail train makes one');
    }
    return new RunFolder(path);
  }

  /** Whether `path` holds a run. */
  static holdsRun(path: string): boolean {
    return existsSync(join(path, files.config));
  }

  /** The process at work on the run in `path`; one on another machine cannot be asked and counts as alive. */
  static holder(path: string): Holder | null {
    const holder = readHolder(join(path, files.lock));
    return holder !== null && isAlive(holder) ? holder : null;
  }

  /** Folder of the checkpoints. */
  get checkpoints(): string {
    return join(this.path, 'checkpoints');
  }

  /** The configuration, not checked. */
  readConfig(): unknown {
    return this.#readJson(files.config);
  }

  /** The environment that the run began in. */
  readEnvironment(): RecordedEnvironment {
    return parseEnvironment(join(this.path, files.environment), this.#readJson(files.environment));
  }

  /** Writes `config.json` and `environment.json`. */
  async describe(config: TrainConfig, environment: object): Promise<void> {
    await this.#writeJson(files.environment, environment);
    await this.#writeJson(files.config, config); // last: it is what makes the folder a run
  }

  /** Writes `report.json`. */
  async writeReport(report: object): Promise<void> {
    await this.#writeJson(files.report, report);
  }

  /** The epochs recorded so far, oldest first; a line cut off by a kill is left out. */
  readEpochs(): EpochRecord[] {
    const path = join(this.path, files.metrics);
    if (!existsSync(path)) return [];
    const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
    return lines.map((line, index) => {
      try {
        const record = JSON.parse(line) as EpochRecord | null;
        if (typeof record?.epoch !== 'number') throw new TypeError('it has no epoch');
        return record;
      } catch (error) {
        throw new RunFolderError(`${path}:${index + 1}`, 'the JSON of an epoch', line.slice(0, 60), undefined, {
          cause: error,
        });
      }
    });
  }

  /** Drops the epochs after the first `epochs`: a resumed run repeats them. */
  async cutBack(epochs: number): Promise<EpochRecord[]> {
    const kept = this.readEpochs().filter(({ epoch }) => epoch <= epochs);
    const text = kept.map((record) => `${JSON.stringify(record)}\n`).join('');
    await this.#write(files.metrics, text);
    return kept;
  }

  /** Appends one line to `metrics.jsonl` and flushes it to the disk. */
  appendEpoch(record: EpochRecord): void {
    const path = join(this.path, files.metrics);
    try {
      const file = openSync(path, 'a');
      try {
        writeSync(file, `${JSON.stringify(record)}\n`);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      throw asRunFolderError(path, 'a writable file', error);
    }
  }

  /** Lets other processes work on the run; a folder in which none has begun goes away. */
  unlock(): void {
    held.delete(resolve(this.path));
    try {
      rmSync(join(this.path, files.lock), { force: true });
      if (readdirSync(this.path).length === 0) rmdirSync(this.path);
    } catch {
      // The folder is gone or cannot be written any more, which must not hide how the run ended; locks of the dead do no harm.
    }
  }

  /** Refuses a second process; a lock whose process is gone is taken over. */
  #lock(): void {
    const path = join(this.path, files.lock);
    for (let attempt = 0; attempt < 3; attempt++) {
      if (tryLock(path)) return void held.add(resolve(this.path));
      const holder = readHolder(path);
      if (holder !== null && (held.has(resolve(this.path)) || isAlive(holder))) {
        const got = `process ${holder.pid} on ${holder.host} at work there`;
        const hint = `Wait for it, or stop it; if it is gone, delete ${path}`;
        throw new RunFolderError(this.path, 'a run that no other process works on', got, hint);
      }
      removeLock(path, holder);
    }
    throw new RunFolderError(this.path, 'a run that no other process works on', 'several at once', 'Try again');
  }

  #readJson(file: string): unknown {
    const path = join(this.path, file);
    try {
      return JSON.parse(readFileSync(path, 'utf8'));
    } catch (error) {
      throw asRunFolderError(path, 'a readable JSON file', error);
    }
  }

  async #writeJson(file: string, value: object): Promise<void> {
    await this.#write(file, `${JSON.stringify(value, null, 2)}\n`);
  }

  async #write(file: string, text: string): Promise<void> {
    const path = join(this.path, file);
    try {
      await writeFileAtomic(path, text);
    } catch (error) {
      throw asRunFolderError(path, 'a writable file', error);
    }
  }
}

/** `runs/<date>-<data>-<model>-<loss>-s<seed>`, numbered when it is taken. */
function freshName({ data, model, loss, classifier, seed }: TrainConfig): string {
  const stamp = new Date().toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '');
  const method = classifier === 'keep' ? loss : `${loss}-${classifier}`;
  const base = join(
    'runs',
    `${stamp}-${basename(data, extname(data))}-${basename(model, extname(model))}-${method}-s${seed}`,
  );
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!existsSync(name)) return name;
  }
}

/** Makes a folder and its parents; `recursive` of Node never returns below /proc and says ENOENT on a read-only disk. */
export function makeFolder(path: string): void {
  const parent = dirname(resolve(path));
  if (!existsSync(parent)) makeFolder(parent);
  if (!existsSync(path)) mkdirSync(path);
}

/** Whether a folder holds no more than what a process leaves that was stopped before its run began. */
function isUnbegun(path: string): boolean {
  const begun = (name: string): boolean => ![files.lock, files.environment].includes(name) && !name.endsWith('.tmp');
  return statSync(path).isDirectory() && !readdirSync(path).some(begun);
}

/** Makes the lock with its content in one operation: a file without content would look like one left by a killed writer. */
function tryLock(path: string): boolean {
  const aside = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(aside, JSON.stringify({ pid: process.pid, host: hostname(), began: beginningOf(process.pid) }));
    linkSync(aside, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw asRunFolderError(path, 'a writable folder', error);
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Removes the lock of a dead process, unless another process has put its own there meanwhile. */
function removeLock(path: string, dead: Holder | null): void {
  const aside = `${path}.dead-${process.pid}.tmp`;
  try {
    renameSync(path, aside);
    if (JSON.stringify(readHolder(aside)) !== JSON.stringify(dead)) linkSync(aside, path);
  } catch {
    // Somebody else removed it, or is quicker with a lock of its own: the next attempt sees which.
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Who works on a run. */
export interface Holder {
  /** Process id. */
  readonly pid: number;
  /** Name of its machine. */
  readonly host: string;
  /** When it began, in ticks of the system; `null` where that is not known. */
  readonly began?: string | null;
}

function readHolder(path: string): Holder | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return null; // gone meanwhile, or its writer was killed in between
  }
}

function isAlive({ pid, host, began = null }: Holder): boolean {
  if (host !== hostname()) return true; // cannot be asked from here
  if (pid === process.pid) return false; // left by an earlier process with this number
  // A container that is started again gives its few numbers away again.
  if (began !== null && (beginningOf(pid) ?? began) !== began) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process began: with its number what identifies it. Only Linux tells without a program of its own. */
function beginningOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null; // field 22; the name in field 2 may hold blanks
  } catch {
    return null;
  }
}

function asRunFolderError(path: string, expected: string, error: unknown): RunFolderError {
  if (error instanceof RunFolderError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const hint = code === 'ENOSPC' ? 'Free some space, then resume' : message;
  return new RunFolderError(path, expected, code ?? message, hint, { cause: error });
}
