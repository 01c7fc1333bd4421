// What both contenders train: one dense layer of features, and rows of a table of classes with Adagrad.
export const sizes = { batch: 256, dimension: 64, negatives: 1024, rate: 0.1 };
