/** Examples with the same content. */
export interface Duplicates {
  /** Examples that repeat another one; for two splits: examples of the second that stand in the first. */
  readonly count: number;
  /** Places of the first few of them, those of each content together. */
  readonly examples: readonly (readonly string[])[];
}

/** What {@link findDuplicates} is to compare. */
export interface DigestedExamples {
  /** What an example holds; `null` for one that is left out. */
  readonly digests: readonly (string | null)[];
  /** Label of each example. */
  readonly labels: readonly string[];
  /** Where an example is, for people. */
  at(index: number): string;
}

/** Duplicates within and across the splits. */
export interface DuplicateReport {
  /** Training examples that repeat an earlier one. */
  readonly train: Duplicates;
  /** Test examples that repeat an earlier one. */
  readonly test: Duplicates;
  /** Test examples that are training examples too: scores on them tell nothing. */
  readonly across: Duplicates;
  /** Contents that stand under more than one label; `count` counts the contents. */
  readonly conflicts: Duplicates;
}

/** Contents that are shown, and places of each. */
const SHOWN = 5;

/** Finds examples with equal digests. */
export function findDuplicates(train: DigestedExamples, test: DigestedExamples | null): DuplicateReport {
  const trainPlaces = placesOf(train);
  const testPlaces = test === null ? new Map<string, number[]>() : placesOf(test);
  const shared = [...testPlaces].filter(([digest]) => trainPlaces.has(digest));
  const pairs = shared.map(([digest, [first]]) => [train.at(trainPlaces.get(digest)![0]!), test!.at(first!)]);
  return {
    train: repeated(train, trainPlaces),
    test: test === null ? { count: 0, examples: [] } : repeated(test, testPlaces),
    across: { count: shared.reduce((sum, [, places]) => sum + places.length, 0), examples: pairs.slice(0, SHOWN) },
    conflicts: conflicts(train, trainPlaces, test, testPlaces),
  };
}

function placesOf({ digests }: DigestedExamples): Map<string, number[]> {
  const places = new Map<string, number[]>();
  digests.forEach((digest, index) => {
    if (digest === null) return;
    const known = places.get(digest);
    if (known) known.push(index);
    else places.set(digest, [index]);
  });
  return places;
}

function repeated(examples: DigestedExamples, places: ReadonlyMap<string, readonly number[]>): Duplicates {
  const groups = [...places.values()].filter(({ length }) => length > 1);
  return {
    count: groups.reduce((sum, { length }) => sum + length - 1, 0),
    examples: groups.slice(0, SHOWN).map((group) => group.slice(0, SHOWN).map((index) => examples.at(index))),
  };
}

function conflicts(
  train: DigestedExamples,
  trainPlaces: ReadonlyMap<string, readonly number[]>,
  test: DigestedExamples | null,
  testPlaces: ReadonlyMap<string, readonly number[]>,
): Duplicates {
  const found: string[][] = [];
  for (const digest of new Set([...trainPlaces.keys(), ...testPlaces.keys()])) {
    const labelled = [
      ...(trainPlaces.get(digest) ?? []).map((index) => ({ place: train.at(index), label: train.labels[index] })),
      ...(testPlaces.get(digest) ?? []).map((index) => ({ place: test!.at(index), label: test!.labels[index] })),
    ];
    if (new Set(labelled.map(({ label }) => label)).size > 1) found.push(labelled.map(({ place }) => place));
  }
  return { count: found.length, examples: found.slice(0, SHOWN).map((places) => places.slice(0, SHOWN)) };
}
