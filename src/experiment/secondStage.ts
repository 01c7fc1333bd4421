import type { TrainConfig } from './config.js';

/** Classifiers that are computed from the features or weights of a trained run instead of being trained. */
export type ComputedClassifier = 'tau-norm' | 'nearest-class-mean';

/** Names of the computed classifiers. */
const computedClassifiers: readonly ComputedClassifier[] = ['tau-norm', 'nearest-class-mean'];

/** Whether a run trains nothing. */
export function isComputed(classifier: TrainConfig['classifier']): classifier is ComputedClassifier {
  return (computedClassifiers as readonly string[]).includes(classifier);
}

/** Throws, through `refuse`, where the options of a second stage contradict each other. */
export function checkSecondStage(
  { init, freeze, classifier, normTau }: TrainConfig,
  refuse: (expected: string, got: string, hint?: string) => never,
): void {
  if (init === null && (freeze !== 'none' || classifier !== 'keep')) {
    const got = freeze === 'none' ? `classifier ${classifier} alone` : `freeze ${freeze} alone`;
    refuse('the run that a second stage starts from', got, 'Name its folder: --init RUN');
  }
  if (classifier === 'scaled' && freeze === 'none') {
    refuse('a frozen backbone with the classifier scaled', 'freeze none', 'Add --freeze backbone');
  }
  if (normTau !== null && classifier !== 'tau-norm') {
    refuse('normTau only with the classifier tau-norm', `normTau ${normTau} with ${classifier}`);
  }
}
