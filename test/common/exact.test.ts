import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exp, log, power, sinTurns } from '../../src/common/exact';

/** Beside this machine's own Math, whose last digit is its own affair. */
function assertNear(found: number, expected: number, what: string): void {
  assert.ok(Math.abs(found - expected) <= 1e-15 * Math.abs(expected), `${what}: expected ${expected}, found ${found}`);
}

test('exp() is e^x to the last digits, from 0 down to where it vanishes', () => {
  assert.equal(exp(0), 1);
  for (let x = -1e-3; x > -690; x *= 1.01) assertNear(exp(x), Math.exp(x), `exp(${x})`);
  assert.equal(exp(-1e4), 0);
  assert.equal(exp(Number.NEGATIVE_INFINITY), 0);
  assert.ok(Number.isNaN(exp(Number.NaN)));
});

test('log() is the natural logarithm to the last digits, from 1 up', () => {
  assert.equal(log(1), 0);
  for (let x = 1 + 1e-6; x < 1e6; x = 1 + (x - 1) * 1.01) assertNear(log(x), Math.log(x), `log(${x})`);
  assert.ok(Number.isNaN(log(Number.NaN)));
});

test('power() is the power of a whole exponent', () => {
  for (const exponent of [0, 1, 2, 10, 31, 60]) assert.equal(power(2, exponent), 2 ** exponent);
  for (const exponent of [1, 2, 17, 468, 46800]) {
    const [found, expected] = [power(0.999, exponent), Math.exp(exponent * Math.log(0.999))];
    assert.ok(Math.abs(found / expected - 1) < 1e-10, `0.999^${exponent}: expected ${expected}, found ${found}`);
  }
});

test('sinTurns() is the sine of so many turns, to the last digits of 1, and exact at quarters', () => {
  for (const [u, sine] of [
    [0, 0],
    [0.25, 1],
    [0.5, 0],
    [0.75, -1],
    [-0.25, -1],
    [7.25, 1],
    [1 / 12, 0.5],
  ]) {
    assert.ok(Math.abs(sinTurns(u) - sine) <= 2e-16, `sinTurns(${u}): expected ${sine}, found ${sinTurns(u)}`);
  }
  for (let u = -3; u < 3; u += 0.001) {
    assert.ok(Math.abs(sinTurns(u) - Math.sin(2 * Math.PI * (u % 1))) < 1e-15, `sinTurns(${u})`);
  }
});
