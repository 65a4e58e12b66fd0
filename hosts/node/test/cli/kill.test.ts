import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { readCheckpoint } from '../../../../packages/runs/node';
import { filesUnder } from '../../../../packages/system/project.mjs';
import { RandomStream } from '../../../../src/common/random';
import { temporaryFolder, writeSmallMnist } from '../../../../test/support/data';
import { COMMAND, hashesOf, lifFcMnist } from '../../../../test/support/run';

/** One kill in five comes while it starts. */
const KILLS = 10;

test(`a run killed at ${KILLS} random moments and resumed ends with the bytes of one that was never cut`, async () => {
  const root = temporaryFolder();
  const data = join(root, 'data');
  writeSmallMnist(data, 2048, 256);
  const run = ['--dataset-dir', data, '--skip-checksum', '-T', '20', '--seed', '7'];
  const [cut, whole] = [join(root, 'cut'), join(root, 'whole')];
  const checkpoint = join(cut, 'checkpoint', 'checkpoint.json');
  const resume = () => (existsSync(checkpoint) ? ['--resume'] : []);
  const chance = new RandomStream(11, 4);
  for (let kill = 0; kill < KILLS; kill++) {
    // Never done before it is killed, even on the fastest machine.
    const args = [COMMAND, ...run, '-N', '100000', '--log-dir', cut, ...resume()];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    // Mostly while it trains, tests and saves, an epoch taking some 20 ms; sometimes while it starts.
    if (kill % 5 < 4) await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), ended]);
    // On a busy machine all others may come before the first checkpoint.
    if (kill === KILLS / 2) while (!existsSync(checkpoint) && child.exitCode === null) await setTimeout(20);
    await setTimeout(100 * chance.uniform());
    child.kill('SIGKILL');
    assert.equal(await ended, null, 'killed, and not ended by itself');
  }
  const { epoch } = readCheckpoint(checkpoint).history;
  assert.ok(epoch > 0, `${epoch} epochs`);
  const epochs = ['-N', String(epoch + 2)];
  for (const args of [
    [...epochs, '--log-dir', cut, ...resume()],
    [...epochs, '--log-dir', whole],
  ]) {
    const { status, stderr } = lifFcMnist([...run, ...args]);
    assert.equal(status, 0, stderr);
  }
  assert.deepEqual(hashesOf(cut), hashesOf(whole));
  assert.deepEqual(
    filesUnder(cut).filter((name) => name.includes('unfinished')),
    [],
  );
  assert.equal(filesUnder(cut).filter((name) => name.includes('tfevents')).length, 1);
});
