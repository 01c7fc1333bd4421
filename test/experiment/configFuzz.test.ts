import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/core/index.js';
import { configKeys, resolveConfig, type TrainConfig } from '../../src/experiment/index.js';
import { choices, defaultConfig } from '../../src/experiment/options.js';
import { seedProperties } from '../support/properties.js';

seedProperties();

/** A configuration, or `null` for a refusal; anything but a ConfigError fails the test. */
function resolve(...layers: unknown[]): TrainConfig | null {
  try {
    return resolveConfig(layers.map((values, i) => ({ source: `layer ${i}`, values })));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.message).toMatch(/^layer \d+: expected .+, got /s);
    return null;
  }
}

/** Written to `config.json` and read back, it is the same run. */
function expectRoundTrip(config: TrainConfig): void {
  const text = JSON.stringify(config);
  expect(resolve(JSON.parse(text))).toEqual(config);
  expect(Object.keys(config).sort()).toEqual(configKeys.toSorted());
}

const anyValue = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.double(),
  fc.integer({ min: -2, max: 300 }),
  fc.double({ min: 0, max: 1 }),
  fc.constantFrom(...Object.values(choices).flat()),
  fc.array(fc.double({ min: 0, max: 300 }), { maxLength: 3 }),
  fc.boolean(),
  fc.constant(null),
);
const someOptions = fc.dictionary(fc.constantFrom(...configKeys), anyValue, { maxKeys: 4 });

describe('resolveConfig never throws anything but a ConfigError, and what it takes survives config.json:', () => {
  it('random JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (values) => {
        const config = resolve(values);
        if (config !== null) expectRoundTrip(config);
      }),
    );
  });

  it('random values of known options', () => {
    fc.assert(
      fc.property(someOptions, someOptions, (first, second) => {
        const config = resolve(first, second);
        if (config !== null) expectRoundTrip(config);
      }),
      { numRuns: 1000 },
    );
  });

  it('numbers beyond what JSON can say', () => {
    for (const key of configKeys) {
      for (const value of [NaN, Infinity, -Infinity, [Infinity], [NaN]]) expect(resolve({ [key]: value })).toBeNull();
    }
  });

  it('names that objects inherit', () => {
    for (const key of ['__proto__', 'constructor', 'toString']) {
      expect(resolve(JSON.parse(`{"${key}": {"epochs": 3}}`))).toBeNull();
    }
    expect(resolve({})).toEqual({ ...defaultConfig, tau: 1 });
  });

  const valid = fc
    .record(
      {
        epochs: fc.integer({ min: 1, max: 400 }),
        learningRate: fc.double({ min: 1e-6, max: 1000, noNaN: true }),
        momentum: fc.double({ min: 0, max: 0.999, noNaN: true }),
        imbalance: fc.double({ min: 1, max: 1000, noNaN: true }),
        holdout: fc.double({ min: 0, max: 0.9, noNaN: true }),
        seed: fc.maxSafeNat(),
        batchSize: fc.integer({ min: 1, max: 65536 }),
        loss: fc.constantFrom(...choices.loss),
        model: fc.constantFrom(...choices.model),
        maxPerClass: fc.option(fc.integer({ min: 1, max: 5000 })),
        clipNorm: fc.option(fc.double({ min: 1e-3, max: 1e3, noNaN: true })),
        dataDir: fc.option(fc.string({ minLength: 1 })),
        flip: fc.boolean(),
        milestones: fc
          .uniqueArray(fc.integer({ min: 1, max: 400 }), { maxLength: 4 })
          .map((epochs) => epochs.toSorted((a, b) => a - b)),
      },
      { requiredKeys: [] },
    )
    // The gradients of sampled classes are not clipped: no clipNorm with these losses.
    .map((values) => (values.loss?.startsWith('sampled') ? { ...values, clipNorm: null } : values))
    .map((values) => ({ warmupEpochs: 0, ...values }));

  it('valid options are taken as they are', () => {
    fc.assert(
      fc.property(valid, (values) => {
        const config = resolve(values);
        expect(config).toMatchObject(values);
        expectRoundTrip(config!);
      }),
    );
  });

  it('a key with a typing error lists the key', () => {
    fc.assert(
      fc.property(fc.constantFrom(...configKeys), fc.nat(), fc.constantFrom('x', 'e', '_'), (key, at, letter) => {
        const place = at % (key.length + 1);
        const typo = key.slice(0, place) + letter + key.slice(place);
        fc.pre(!(configKeys as string[]).includes(typo));
        expect(() => resolveConfig([{ source: 'file', values: { [typo]: 1 } }])).toThrow(
          new RegExp(`^file: expected names of options, got "${typo}"\\. Did you mean .*"${key}"`),
        );
      }),
    );
  });
});
