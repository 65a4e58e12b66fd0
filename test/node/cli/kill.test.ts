import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { RandomStream } from '../../../src/common/random';
import { temporaryFolder, writeSmallMnist } from '../../support/data';
import { COMMAND, hashesOf } from '../../support/run';

function everyFile(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? everyFile(join(folder, entry.name)) : [entry.name],
  );
}

test('a run killed at 20 random moments and resumed ends with the bytes of one that was never cut', async () => {
  const root = temporaryFolder();
  const data = join(root, 'data');
  writeSmallMnist(data, 2048, 256);
  const run = ['--dataset-dir', data, '--skip-checksum', '-T', '20', '-N', '300', '--seed', '7'];
  const began = performance.now();
  const whole = spawnSync(process.execPath, [COMMAND, ...run, '--log-dir', join(root, 'whole')], { encoding: 'utf8' });
  const duration = performance.now() - began;
  assert.equal(whole.status, 0, whole.stderr);

  const cut = join(root, 'cut');
  const checkpoint = join(cut, 'checkpoint', 'checkpoint.json');
  const chance = new RandomStream(11, 4);
  let kills = 0;
  for (let finished = false; !finished; ) {
    const args = [...run, '--log-dir', cut, ...(existsSync(checkpoint) ? ['--resume'] : [])];
    const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (text) => {
      complaint += text;
    });
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    if (kills < 20) {
      // A share of the whole run, so that on a fast machine, too, all 20 come before its end.
      await Promise.race([setTimeout(duration * (0.01 + 0.05 * chance.uniform())), ended]);
      child.kill('SIGKILL');
      assert.equal(await ended, null, 'killed before its end');
      kills++;
    } else {
      assert.equal(await ended, 0, complaint);
      finished = true;
    }
  }
  assert.deepEqual(hashesOf(cut), hashesOf(join(root, 'whole')));
  assert.deepEqual(
    everyFile(cut).filter((name) => name.includes('unfinished')),
    [],
  );
});
