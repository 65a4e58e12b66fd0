import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { acos, atan, cos, exp, log, log2, pow, sin, sinTurns } from '../exact';

const ULP = Number.EPSILON / 2;

/** Beside this machine's own Math, whose last digit is its own affair. */
function assertNear(found: number, expected: number, what: string, ulps = 5): void {
  const near = Math.abs(found - expected) <= ulps * ULP * Math.abs(expected);
  assert.ok(near || Object.is(found, expected), `${what}: expected ${expected}, found ${found}`);
}

/** Numbers from tiny to large, of both signs. */
const spread = (largest: number, factor = 1.013) => {
  const sizes: number[] = [];
  for (let x = 1e-9; x < largest; x *= factor) sizes.push(x, -x);
  return sizes;
};

test('exp(), log(), log2(), sin() and cos() have the values of tables', () => {
  // By mpmath, to 50 digits, and then rounded; several angles lie a hair beside a multiple of π/2.
  for (const [name, found, expected] of [
    ['exp(-700.5)', exp(-700.5), 5.980196118639791e-305],
    ['exp(-1)', exp(-1.0), 0.36787944117144233],
    ['exp(709.5)', exp(709.5), 1.3549863193146328e308],
    ['log(1e-300)', log(1e-300), -690.7755278982137],
    ['log(0.9999999)', log(0.9999999), -1.0000000494736474e-7],
    ['log(1e+300)', log(1e300), 690.7755278982137],
    ['log2(1e-300)', log2(1e-300), -996.5784284662087],
    ['log2(0.9999999)', log2(0.9999999), -1.4426951122643492e-7],
    ['log2(1e+300)', log2(1e300), 996.5784284662087],
    ['sin(0.5)', sin(0.5), 0.479425538604203],
    ['sin(π)', sin(Math.PI), 1.2246467991473532e-16],
    ['sin(573204)', sin(573204.0), 0.9999999999999568],
    ['sin(103993)', sin(103993.0), -1.9129335778423752e-5],
    ['cos(0.5)', cos(0.5), 0.8775825618903728],
    ['cos(π / 2)', cos(Math.PI / 2), 6.123233995736766e-17],
    ['cos(1000000)', cos(1000000.0), 0.9367521275331447],
  ] as const) {
    assertNear(found, expected, name);
  }
});

test('exp() is e^x to the last digits, until it is 0 or too large', () => {
  assert.equal(exp(0), 1);
  for (const x of spread(708)) assertNear(exp(x), Math.exp(x), `exp(${x})`);
  for (const x of [-1e4, -746, -744, 709.7, 710, 1e4, -Infinity, Infinity, NaN])
    assertNear(exp(x), Math.exp(x), `exp(${x})`);
});

test('log() and log2() are logarithms to the last digits; those of powers of two are whole', () => {
  assert.deepEqual([log(1), log2(1)], [0, 0]);
  for (const x of spread(1e9).flatMap((at) => [Math.abs(at), 1 + at])) {
    assertNear(log(x), Math.log(x), `log(${x})`);
    assertNear(log2(x), Math.log2(x), `log2(${x})`);
  }
  for (let n = -1074; n < 1024; n++) assert.equal(log2(2 ** n), n);
  for (const x of [0, -0, -1, 5e-324, Number.MAX_VALUE, Infinity, NaN]) {
    assertNear(log(x), Math.log(x), `log(${x})`);
    assertNear(log2(x), Math.log2(x), `log2(${x})`);
  }
});

test('sin() and cos() are those of radians, to the last digits, and refuse angles too large for them', () => {
  for (const x of [...spread(1.6e6), 0, NaN]) {
    assertNear(sin(x), Math.sin(x), `sin(${x})`);
    assertNear(cos(x), Math.cos(x), `cos(${x})`);
  }
  for (let k = -400; k <= 400; k++) {
    const angle = (k * Math.PI) / 2; // 1 is 1, so that acos() and sqrt(1 - x * x) have a value
    assert.ok(Math.abs(sin(angle)) <= 1 && Math.abs(cos(angle)) <= 1, `at ${k} quarters of a turn`);
    if (k % 2 === 0) assert.equal(cos(angle), k % 4 === 0 ? 1 : -1);
    else assert.equal(sin(angle), (k + 400) % 4 === 1 ? 1 : -1);
  }
  for (const x of [-2e6, Infinity]) {
    assert.throws(() => sin(x), {
      name: 'RangeError',
      message: `math.sin: expected an angle from -1600000 to 1600000, found ${x}: take off whole turns first`,
    });
  }
});

test('atan() and acos() are the angles of a slope and of a cosine, to the last digits', () => {
  for (let x = -1; x <= 1; x += 1 / 64) assert.ok(Math.abs(acos(x) - Math.acos(x)) < 1e-15, `acos(${x})`);
  for (const x of [...spread(1e99).map(Math.abs), 0, 1, 1e300, Infinity])
    assertNear(atan(x), Math.atan(x), `atan(${x})`, 10);
});

test('pow() is the power of a whole exponent', () => {
  for (const exponent of [0, 1, 2, 10, 31, 60, -1, -10, -1000]) assert.equal(pow(2, exponent), 2 ** exponent);
  for (const base of [0.999, 0.8, 1 / 3, -1.1, 7]) {
    for (const exponent of [1, 2, 17, 100, -3, -100]) {
      // Each product may add a half of the last digit.
      assertNear(pow(base, exponent), base ** exponent, `${base}^${exponent}`, Math.abs(exponent) + 3);
    }
  }
  // Numbers so small that their inverses are infinite.
  for (const [base, exponent] of [
    [2, -1074],
    [-2, -1073],
    [0, -1],
    [-0, -3],
    [Infinity, -2],
  ])
    assertNear(pow(base, exponent), base ** exponent, `${base}^${exponent}`);
  assert.ok(Math.abs(pow(10, -310) - 1e-310) <= 10 * Number.MIN_VALUE, 'as many digits as such a number has');
  assert.throws(() => pow(2, 0.5), /^RangeError: math.pow: expected a whole exponent, found 0.5: math.exp/);
});

test('they give the bits that they have always given: data sets and runs are made of them', () => {
  const args = spread(600);
  const all = [exp, log, log2, sin, cos, sinTurns].flatMap((of) => args.map(of));
  const powers = args.map((x, i) => pow(x, i % 40));
  const bytes = new Uint8Array(Float64Array.from([...all, ...powers], (x) => (Number.isNaN(x) ? -1 : x)).buffer);
  assert.equal(createHash('sha256').update(bytes).digest('hex').slice(0, 16), '3a9a799d06b9c3c0');
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
