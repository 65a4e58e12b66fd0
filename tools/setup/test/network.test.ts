import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { run } from '../../../packages/system/run';
import { assertSucceeded, runWithRetry } from '../../packages.mjs';

describe('npm or pip', () => {
  const silence = 0.5;
  const node = (script: string, more = {}) =>
    runWithRetry(run, process.execPath, ['-e', script, '--'], { silence, ...more });

  test('that hears nothing is given up', async () => {
    const script = 'setInterval(() => {}, 1000);';
    const silent = await node(script);
    assert.throws(() => assertSucceeded(silent, 'npm ci'), /^UserError: no network: .* \(timed out\)/);
  });

  test('that has received something may be silent for as long as it takes', async () => {
    const { code } = await node("console.log('Downloading a'); setTimeout(() => {}, 3000);", {
      silence: 2,
    });
    assert.equal(code, 0);
  });

  test('that failed for another reason is shown with its lines', () => {
    const lines = ['npm error code EUSAGE', 'npm error Missing: is-network-error@1.0.0 from lock file'];
    assert.throws(
      () => assertSucceeded({ code: 1, lines }, 'npm ci'),
      /^UserError|`npm ci` failed \(exit 1\):\n.*EUSAGE\n.*/,
    );
  });
});
