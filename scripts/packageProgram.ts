// Not a part of the repository's own programs: `npm run check:package` type-checks and runs it in a project that has only
// the package, as an ES module and as CommonJS. It uses every subpath, and prints what it finds.
import { mkdtempSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { classPriorFrom, randomStream, type ClassPrior } from 'tfjs-longtail';
import { chooseBackend, type BackendChoice } from 'tfjs-longtail/backend';
import { nativeBackendStatus } from 'tfjs-longtail/backend/node';
import { classCountsOf, imageDataset, longTail } from 'tfjs-longtail/data';
import { readNpy, writeNpy } from 'tfjs-longtail/data/node';
import { adjustLogits, kernelizedSoftmax } from 'tfjs-longtail/heads';
import { logitAdjustedCrossEntropy } from 'tfjs-longtail/losses';
import { classificationMetrics } from 'tfjs-longtail/metrics';
import { mixInputs } from 'tfjs-longtail/mixup';
import { classifierFromModel, mlp } from 'tfjs-longtail/models';
import { saveModelFolder } from 'tfjs-longtail/models/node';
import { constantSchedule, sgd } from 'tfjs-longtail/optimizers';
import 'tfjs-longtail/register';
import { shuffledOrder } from 'tfjs-longtail/sampling';
import { graphFromEdges, greedy, pairwiseObjective, uniformMatroid } from 'tfjs-longtail/subset';
import { approximateNeighborGraph } from 'tfjs-longtail/subset/node';
import { supervised, train, type TrainResult } from 'tfjs-longtail/train';
import { fileCheckpoints } from 'tfjs-longtail/train/node';

const folder = mkdtempSync(join(process.cwd(), 'files-'));

async function losses(prior: ClassPrior): Promise<void> {
  const logits = tf.tensor2d([[1, -1]]);
  const loss = logitAdjustedCrossEntropy(tf.tensor1d([1], 'int32'), logits, { classPrior: prior });
  console.log('loss', (await loss.data())[0]?.toFixed(4));
  const adjusted = adjustLogits(logits, { classPrior: prior, tau: 1 });
  const metrics = classificationMetrics({ numClasses: 2 });
  await metrics.update([1], adjusted);
  console.log('accuracy', metrics.result().balancedAccuracy);
}

async function data(): Promise<void> {
  const labels = Int32Array.from({ length: 200 }, (_, i) => i % 2);
  const images = new Uint8Array(200);
  const balanced = imageDataset({ name: 'toy', images, labels, imageShape: [1, 1, 1], classNames: ['a', 'b'] });
  const counts = classCountsOf(longTail(balanced, { imbalance: 10 }).labels, 2);
  await writeNpy(join(folder, 'counts.npy'), Int32Array.from(counts));
  const { shape, data } = await readNpy(join(folder, 'counts.npy'));
  console.log('counts', shape, data.join(' '));
}

async function trained(): Promise<TrainResult> {
  const points = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));
  const plan = { kind: 'points', batchSize: 16, points: 1, partners: new Int32Array(16).map((_, i) => i) } as const;
  const model = mlp({ inputShape: [1], numClasses: 2, random: randomStream(1) });
  const result = await train({
    classifier: classifierFromModel(model),
    objective: supervised((targets, logits) => logitAdjustedCrossEntropy(targets, logits, { classCounts: [32, 32] })),
    optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }),
    schedule: constantSchedule({ baseRate: 0.1 }),
    data: {
      labelled: {
        size: 64,
        order: shuffledOrder(64),
        batch: (indices) => ({
          inputs: mixInputs(tf.tensor2d(Array.from(indices, (i) => [points[i]!])), {
            ...plan,
            weights: Float32Array.of(1),
          }),
          targets: tf.tensor1d(
            Array.from(indices, (i) => (points[i]! > 0 ? 1 : 0)),
            'int32',
          ),
        }),
      },
    },
    epochs: 1,
    batchSize: 16,
    random: randomStream(1),
    checkpoints: fileCheckpoints(folder),
  });
  console.log('model', basename(await saveModelFolder(model, join(folder, 'model'))));
  return result;
}

async function subsets(): Promise<void> {
  const objective = pairwiseObjective({ utility: [0.9, 0.8, 0.7], graph: graphFromEdges(3, [[0, 1, 0.9]]) });
  console.log('selected', greedy(objective, uniformMatroid({ capacity: 2 }), { budget: 2 }).items.join(' '));
  const values = Float32Array.of(1, 0, 4, 3);
  const graph = approximateNeighborGraph({ values, dimension: 2 }, { neighbors: 1 });
  // usearch is an optional peer that this project does not have.
  console.log('without usearch', await graph.catch((error: Error) => error.message));
}

async function main(): Promise<void> {
  const choice: BackendChoice = await chooseBackend('cpu');
  console.log('backend', choice.name, 'native', (await nativeBackendStatus()).installed);
  await losses(classPriorFrom([90, 10]));
  await data();
  const head = kernelizedSoftmax({ units: 3 });
  console.log('head', head.getClassName());
  console.log('trained', (await trained()).stopped);
  await subsets();
}

void main();
