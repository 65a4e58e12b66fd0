/** The event engine's memory. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { createEngine } from '../../../hosts/node/engines';
import { defaults, programOf } from './engines';

test('memory does not grow with T', () => {
  const megabytes = (T: number) => {
    const body = `const engine = await createEngine('event', { ...options, T: ${T}, threads: 2 });
      for (let i = 0; i < 3; i++) await engine.trainBatch(0, indices);
      console.log(process.memoryUsage.rss() / 1e6); await engine.close();`;
    return Number(execFileSync(process.execPath, programOf(body), { encoding: 'utf8', timeout: 60_000 }));
  };
  const [short, long] = [megabytes(100), megabytes(10_000)];
  // The potentials alone of all steps of a batch would take 128 × 10,000 × 10 × 4 bytes, 51 MB.
  assert.ok(long - short < 40, `${short} MB at T = 100, ${long} MB at T = 10,000`);
});

test('the kernel’s memory grows with the threads, and hardly with T', async () => {
  const bytes = async (T: number, threads: number) => {
    const engine = await createEngine('event', { ...defaults, T, threads });
    await engine.close();
    return engine.memoryBytes;
  };
  const base = await bytes(100, 1);
  assert.ok((await bytes(100, 4)) > 1.5 * base);
  assert.ok((await bytes(10_000, 1)) < 2 * base);
});
