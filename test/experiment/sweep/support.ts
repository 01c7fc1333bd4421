import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runSweep, shardOf, SweepFolder, type SweepCell, type SweepEvent } from '../../../src/experiment/index.js';
import { planSweep } from '../../../src/experiment/sweep/cells.js';
import { freshFolder } from '../../support/folders.js';

/** The runs of a sweep that is written as an object. */
export const plan = (json: unknown): SweepCell[] => planSweep('sweep.json', json);

/** Two methods by two seeds. */
export const four = {
  base: { epochs: 3 },
  grid: { seed: [1, 2] },
  methods: [{ name: 'CE', loss: 'ce' }, { name: 'LA' }],
};

/** A sweep whose runs do nothing but what a scenario says. */
export class FakeSweep {
  readonly folder: SweepFolder;
  readonly events: SweepEvent[] = [];
  readonly #scenario = join(freshFolder(), 'scenario.json');

  constructor(
    json: unknown = four,
    readonly path = join(freshFolder(), 'sweep'),
  ) {
    this.folder = SweepFolder.open(path, plan(json));
  }

  /** What the runs do, by name; the others finish. */
  async run(
    scenario: Readonly<Record<string, string>> = {},
    options: Partial<Parameters<typeof runSweep>[0]> & { readonly shard?: Parameters<typeof shardOf>[1] } = {},
  ): Promise<string[]> {
    writeFileSync(this.#scenario, JSON.stringify(scenario));
    const { shard, onEvent, ...rest } = options;
    const failed = await runSweep({
      folder: this.folder,
      cells: shard ? shardOf(this.folder.cells, shard) : this.folder.cells,
      jobs: 1,
      command: [process.execPath, fileURLToPath(new URL('./fakeTrain.mjs', import.meta.url)), this.#scenario],
      ...rest,
      onEvent: (event) => {
        this.events.push(event);
        onEvent?.(event);
      },
    });
    return failed.map(({ name }) => name);
  }

  cell(name: string): SweepCell {
    return this.folder.cells.find((cell) => cell.name === name)!;
  }

  /** What the runs did, in order, since {@link forget}: `begin NAME`, `end NAME`. */
  get log(): string[] {
    const path = `${this.#scenario}.log`;
    return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n').filter(Boolean) : [];
  }

  forget(): void {
    this.events.length = 0;
    writeFileSync(`${this.#scenario}.log`, '');
  }

  /** How far each run is. */
  get states(): Record<string, string> {
    return Object.fromEntries(this.folder.cells.map((cell) => [cell.name, this.folder.stateOf(cell).status]));
  }
}
