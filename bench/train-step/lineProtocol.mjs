// Parent and contenders talk in lines of JSON: a request is a number of steps, the answer their times in ms.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** In the contender: says that it is ready, then answers requests until its standard input ends. */
export async function serve(ready, step) {
  console.log(JSON.stringify(ready));
  for await (const line of createInterface({ input: process.stdin })) {
    const times = [];
    let loss;
    for (let i = 0; i < Number(line); i++) {
      const start = performance.now();
      loss = await step();
      times.push(performance.now() - start);
    }
    console.log(JSON.stringify({ times, loss }));
  }
}

/** In the parent: starts a contender; `ready` is what it says of itself, `run(steps)` asks for steps. */
export async function start(command, args, env = {}) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.on('data', (text) => (log += text));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${command} ${args.join(' ')} ended early:\n${log}`);
      if (value.startsWith('{')) return JSON.parse(value);
    }
  };
  const ready = await answer();
  return {
    ready,
    run(steps) {
      child.stdin.write(`${steps}\n`);
      return answer();
    },
    stop: () => child.stdin.end(),
  };
}
