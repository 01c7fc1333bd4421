// Node 20 announces require(esm) as experimental, and TensorFlow.js its own faster backends: those lines are not the program's.
const NOISE = [
  /^\(node:\d+\) ExperimentalWarning: .*\n(\(Use `node --trace-warnings.*\n)?/gm,
  /^=+\nHi, looks like you are running TensorFlow\.js in Node\.js\. .*\n=+\n/gm,
];

/** What a program itself wrote on stderr. */
export function ownStderr(stderr) {
  return NOISE.reduce((text, noise) => text.replaceAll(noise, ''), stderr).trim();
}
