/** Arguments of node for a worker: what a program that came through a pipe was started with says nothing of one, which is a file. */
export function workerArguments(args: readonly string[] = process.execArgv): string[] {
  return args.filter((arg, at) => !arg.startsWith('--input-type') && args[at - 1] !== '--input-type');
}
