// Times one of our engines in its own process: reads a line of batches, writes a line of times (as bench_peer.py does).
//   contender.ts event|tfjs-single|tfjs-multi THREADS HIDDEN CLASSES   (0 threads: one per core; 0 hidden neurons: none)
import { createInterface } from 'node:readline';
import type { TfjsEngineOptions } from '../../packages/networks/tfjs/engine';

// The compiled package, as people use it: nothing is translated while it is timed.
const { createEngine, loadMnist } = require('lif-fc-mnist') as typeof import('../../hosts/node');

const answer = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);

async function main([name, threads, hidden, classes]: string[]) {
  const [kind, stepMode] = name.split('-') as ['event' | 'tfjs', TfjsEngineOptions['stepMode']];
  const engine = await createEngine(kind, {
    // Outputs beyond the ten digits take as much time as if there were such images.
    data: { ...(await loadMnist()), classes: Number(classes) },
    T: 100,
    hidden: Number(hidden) || undefined,
    seed: 0,
    batchSize: 128,
    learningRate: 1e-3,
    threads: Number(threads) || undefined,
    ...(stepMode ? { stepMode } : {}),
  });
  answer({ ready: process.version });
  for await (const line of createInterface({ input: process.stdin })) {
    const ms: number[] = [];
    for (const batch of JSON.parse(line) as number[][]) {
      const begin = performance.now();
      await engine.trainBatch(0, Uint32Array.from(batch));
      ms.push(performance.now() - begin);
    }
    answer({ ms });
  }
  await engine.close();
}

if (require.main === module) main(process.argv.slice(2));
