/** The checks of the exercises: every known mistake is named, every right form is accepted, junk is refused. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { limit } from '../../../hosts/node/exercises';
import { ALL, type ExerciseId, type Net, todo } from '..';
import { exercise } from '../engine/exercise';
import { judgeAnswer } from '../engine/judge';
import { copy, same } from '../engine/values';

const ids = Object.keys(ALL) as ExerciseId[];
/** An oracle may work on tensors, and TensorFlow.js does not survive being stopped on a busy machine. */
const judge = (id: ExerciseId, answer: unknown) => {
  const verdict = judgeAnswer(ALL[id], answer);
  // A console shows the marks of Markdown and TeX as they are.
  assert.doesNotMatch(verdict.message, /[`$]/, id);
  return verdict;
};
const judgeWithin = (id: ExerciseId, answer: unknown) => judgeAnswer(ALL[id], answer, limit);

/** What the checks of many courses let pass. */
const JUNK: Record<string, unknown> = {
  undefined: undefined,
  null: null,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  0: 0,
  1: 1,
  true: true,
  'a text': '1',
  'an empty list': [],
  'a list of one': [0],
  'a list of NaN': new Array(10).fill(Number.NaN),
  'an empty object': {},
};

for (const id of ids) {
  const exercise = ALL[id];
  const { oracle, forms, mistakes, probes, names } = exercise;

  describe(`The check of ${id}`, () => {
    test('accepts right answers in at least two forms that are not the oracle', () => {
      assert.equal(new Set([oracle, ...forms].map(String)).size, forms.length + 1, 'no form twice');
      assert.ok(forms.length >= 2);
      for (const [i, form] of [oracle, ...forms].entries()) {
        assert.deepEqual(judge(id, form), { status: 'passed', message: 'Right.' }, `form ${i}`);
      }
    });

    test('names every mistake as itself', () => {
      assert.ok(Object.keys(mistakes).length >= 3);
      for (const [name, { as, also, diagnosis }] of Object.entries(mistakes)) {
        for (const way of [as, ...also])
          assert.deepEqual(judge(id, way), { status: 'wrong', name, message: diagnosis });
      }
    });

    test('refuses junk, also where only a part of the result is junk', () => {
      for (const [what, value] of Object.entries(JUNK)) {
        const { status, message } = judge(id, () => value);
        assert.equal(status, 'wrong', `${what}: ${message}`);
      }
      assert.deepEqual(pick(judge(id, async (...args: never[]) => oracle(...args))), ['wrong', 'promise']);
      assert.deepEqual(pick(judge(id, oracle.length)), ['wrong', 'no-function']);
      if (resultOf(id) === undefined) return; // what counts is what it does
      for (const spoil of [Number.NaN, Number.POSITIVE_INFINITY, undefined]) {
        const spoiled = judge(id, (...args: never[]) => withLast(oracle(...args), () => spoil));
        assert.equal(spoiled.status, 'wrong', `${spoil}: ${spoiled.message}`);
      }
      const longer = judge(id, (...args: never[]) => lengthened(oracle(...args)));
      assert.equal(longer.status, 'wrong', longer.message);
    });

    test('refuses what is right for one case alone', () => {
      if (names.length === 0 || resultOf(id) === undefined) return;
      for (const probe of probes) {
        const right = oracle(...(typeof probe === 'function' ? probe().args : (copy(probe) as never[])));
        assert.equal(judge(id, () => copy(right)).status, 'wrong', JSON.stringify(right));
      }
    });

    test('is not passed by the stub, by an error, or by an answer without an end', () => {
      assert.deepEqual(
        judge(id, () => todo()),
        { status: 'todo', message: 'Not attempted yet.' },
      );
      const failing = judge(id, () => {
        throw new Error('some reason');
      });
      assert.deepEqual(pick(failing), ['error', 'throws']);
      assert.match(failing.message, /some reason$/);
      const recursion = (...args: never[]): unknown => recursion(...args);
      assert.deepEqual(pick(judge(id, recursion)), ['error', 'never-ends']);
    });

    test('refuses an answer that changes its arguments, or keeps something between calls', () => {
      const isChangeable = (value: unknown) => Array.isArray(value) || ArrayBuffer.isView(value);
      const args = typeof probes[0] === 'function' ? probes[0]().args : (probes[0] as never[]);
      const at = (args as unknown[]).findIndex(isChangeable);
      if (at >= 0) {
        const changing = judge(id, (...given: never[]) => {
          const result = copy(oracle(...given));
          (given[at] as number[])[0] = -7;
          return result;
        });
        assert.deepEqual(pick(changing), ['wrong', 'changes-arguments']);
      }
      let calls = 0;
      const isAction = resultOf(id) === undefined; // what counts is what it does
      const forgetful = judge(id, (...given: never[]) => {
        if (++calls <= probes.length) return oracle(...given);
        return isAction ? undefined : withLast(oracle(...given), (value) => Number(value) + 0.5);
      });
      assert.deepEqual(pick(forgetful), ['wrong', 'keeps-state']);
    });
  });
}

const pick = ({ status, name }: { status: string; name?: string }) => [status, name];
const isList = (value: unknown): value is unknown[] => Array.isArray(value) || ArrayBuffer.isView(value);

function resultOf(id: ExerciseId): unknown {
  const [probe] = ALL[id].probes;
  return ALL[id].oracle(...(typeof probe === 'function' ? probe().args : (copy(probe) as never[])));
}

/** A result whose last value is another one; of an object, that of each part. */
function withLast(result: unknown, change: (value: unknown) => unknown): unknown {
  if (isList(result)) return [...Array.from(result).slice(0, -1), withLast(Array.from(result).at(-1), change)];
  return isObject(result) ? mapped(result, (part) => withLast(part, change)) : change(result);
}
/** A list, or each list of an object, with a value more; a list in place of a number. */
function lengthened(result: unknown): unknown {
  if (isList(result)) return [...Array.from(result), 0];
  return isObject(result) ? mapped(result, lengthened) : [result];
}
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const mapped = (parts: object, change: (part: unknown) => unknown) =>
  Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, change(part)]));

describe('The checks', () => {
  test('take a few milliseconds each, so that a slow machine stays far below the limit of a second', () => {
    const times = ids.map((id) => {
      judgeWithin(id, ALL[id].forms[0]);
      const begin = process.cpuUsage(); // and not the time of day, since the machine may be busy with something else
      judgeWithin(id, ALL[id].forms[0]);
      const { user, system } = process.cpuUsage(begin);
      return { id, ms: (user + system) / 1000 };
    });
    const [slowest] = times.sort((a, b) => b.ms - a.ms);
    assert.ok(slowest && slowest.ms < 200, JSON.stringify(slowest));
  });

  test('tell a stub from an answer that calls one', () => {
    const chargeStep = (): number => todo();
    assert.deepEqual(
      judge('lif-run', () => ({ v: [chargeStep()], s: [0] })),
      {
        status: 'todo',
        message: 'Not yet: it calls a function of yours that still has “return todo();”. Which exercise is that?',
      },
    );
  });

  test('stop a loop without an end, also one that catches what is thrown, and name it', () => {
    const begin = performance.now();
    const endless = judgeWithin('lif-charge', () => {
      for (;;) {
        try {
          for (;;);
        } catch {}
      }
    });
    assert.deepEqual(pick(endless), ['error', 'never-ends']);
    assert.ok(performance.now() - begin < 10_000);
  });

  test('do not take an answer for endless that had to wait for a busy machine', () => {
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    let waits = 2;
    const answer = (v: number, x: number, tau: number, rest: number) => {
      if (waits-- > 0) Atomics.wait(sleeper, 0, 0, 1200);
      return v + (x - (v - rest)) / tau;
    };
    assert.equal(judgeAnswer(ALL['lif-charge'], answer, limit).status, 'passed');
  });

  test('say of a list that no memory can hold that it asks for too much, and of a loop without an end that it has none', () => {
    const answer = () => new Array(5e9);
    const { name, message } = judgeAnswer(ALL['lif-charge'], answer, limit);
    assert.equal(name, 'too-large');
    assert.match(message, /^Your function asks for more memory than there is \(.+\)\. How long should the list be\?$/);
    const waits = () => {
      for (;;) new Array(10).fill(0);
    };
    assert.equal(judgeAnswer(ALL['lif-charge'], waits, limit).name, 'never-ends');
  });

  test('stop an answer that asks a die, a network or an adder without an end, on every host', () => {
    for (const [id, ask] of [
      [
        'poisson-step',
        (_: never, die: () => number) => {
          for (;;) die();
        },
      ],
      [
        'train-loop',
        (net: { reset: () => void }) => {
          for (;;) net.reset();
        },
      ],
      [
        'event-table',
        (_: never, add: (a: number, b: number) => number) => {
          for (;;) add(1, 1);
        },
      ],
    ] as const) {
      assert.deepEqual(pick(judgeAnswer(ALL[id], ask)), ['error', 'never-ends']);
    }
  });

  test('say of a mistake that nobody knows what came out, and not what should have', () => {
    const { status, name, message } = judge('lif-charge', (v: number, x: number, tau: number) => v + x / tau + 1e-3);
    assert.deepEqual([status, name], ['wrong', undefined]);
    assert.equal(
      message,
      'Not yet: for v = 0, x = 1, tau = 2 and rest = 0 your function returns 0.501. What do you get on paper?',
    );
  });

  type Run = (x: number[], tau: number, pause: number) => { v: number[]; s: number[] };
  const run = ALL['lif-run'].oracle as Run;

  test('say where a list is wrong, if some of it is right', () => {
    const { message } = judge('lif-run', (...args: Parameters<Run>) => {
      const { v, s } = run(...args);
      return { v: v.map((potential, t) => (t === 2 ? potential + 0.5 : potential)), s };
    });
    assert.match(
      message,
      /^Not yet: for x = .*, tau = 2 and pause = 0 your function returns .*, wrong at v\[2\]\. What do you get there on paper\?$/,
    );
    assert.doesNotMatch(judge('ann-softmax', (sums: number[]) => sums.map(() => 7)).message, /wrong at/);
  });

  const almostRight: readonly (readonly [string, ExerciseId, string | undefined, (...args: never[]) => unknown])[] = [
    [
      'divides by 4, however many steps there are',
      'poisson-rate',
      undefined,
      (spikes: number[][]) => spikes[0].map((_, pixel) => spikes.reduce((sum, one) => sum + one[pixel], 0) / 4),
    ],
    [
      'takes the number of batches, plus one, for T',
      'train-loop',
      undefined,
      (net: Net, batches: number[]) => {
        for (const batch of batches) {
          for (let t = 0; t <= batches.length; t++) net.step(net.encode(batch));
          net.update();
          net.reset();
        }
      },
    ],
    [
      'adds the place of the first kernel before it divides',
      'conv-size',
      undefined,
      (size: number, kernel: number, stride: number, padding: number) =>
        Math.floor((size + 2 * padding - kernel + 1) / stride),
    ],
    [
      'never looks at the upper right neuron of a square',
      'conv-pool',
      undefined,
      (spikes: number[][]) =>
        Array.from({ length: spikes.length >> 1 }, (_, y) =>
          Array.from({ length: spikes[0].length >> 1 }, (_, x) => {
            const [above, below] = [spikes[2 * y], spikes[2 * y + 1]];
            return (above[2 * x] + below[2 * x] + 2 * below[2 * x + 1]) / 4;
          }),
        ),
    ],
    [
      'rounds to the nearest step',
      'memory-pays',
      undefined,
      (inputs: number, neurons: number) => Math.round((2 * (inputs + neurons) * neurons) / (inputs + 2 * neurons)) + 1,
    ],
    ...(['third-silent', 'camera-lamps'] as const).map(
      (id) =>
        [
          'returns a Set',
          id,
          'kind',
          (...args: never[]) => new Set(Array.from(ALL[id].oracle(...args) as number[])),
        ] as const,
    ),
    ...[5, Number.NaN].map((value) => [`returns ${value}`, 'latency-front', 'kind', () => value] as const),
  ];
  for (const [what, id, mistake, answer] of almostRight) {
    test(`refuse an answer to ${id} that ${what}`, () => {
      const verdict = judge(id, answer);
      assert.deepEqual(pick(verdict), ['wrong', mistake], verdict.message);
    });
  }

  test('accept an answer that goes through the batches with map, and judge what it does whatever it returns', () => {
    const mapped = (net: Net, batches: number[], T: number) =>
      batches.map((batch) => {
        for (let t = 0; t < T; t++) net.step(net.encode(batch));
        net.update();
        return net.reset();
      });
    assert.deepEqual(judge('train-loop', mapped), { status: 'passed', message: 'Right.' });
    assert.match(judge('train-loop', () => Number.NaN).message, /your function calls nothing of the net\./);
  });

  test('say of a function that returns a function that it does, and not that it keeps something', () => {
    for (const id of ids) {
      if (resultOf(id) === undefined) continue;
      assert.deepEqual(pick(judge(id, () => () => 1)), ['wrong', 'kind'], id);
    }
  });

  test('say where the wrong kind of value is', () => {
    assert.equal(
      judge('delay-axon', (arrivals: object[][]) => arrivals[0].map(() => '1')).message,
      'Your function returns a string at [0]. What does the task ask for?',
    );
    assert.equal(
      judge('choose-split', (count: number, held: number) => ({ train: Array(count - held).fill(0), validation: 3 }))
        .message,
      'Your function returns a number at validation. What does the task ask for?',
    );
    assert.equal(
      judge('lif-charge', () => []).message,
      'Your function returns a list for v = 0, x = 1, tau = 2 and rest = 0. What does the task ask for?',
    );
  });

  test('accept a result with more parts than the task asks for, and say what is wrong with the parts that it asks for', () => {
    const more = (...args: Parameters<Run>) => ({ h: args[0], ...run(...args), note: 'mine' });
    assert.deepEqual(judge('lif-run', more), { status: 'passed', message: 'Right.' });
    const wrong = judge('lif-run', (...args: Parameters<Run>) => {
      const { h, v, s } = more(...args);
      return { h, v: v.map((potential, t) => (t === 2 ? potential + 0.5 : potential)), s };
    });
    assert.match(wrong.message, /, wrong at v\[2\]\. What do you get there on paper\?$/);
    const softReset = judge('lif-run', (...args: Parameters<Run>) => {
      const { h, v, s } = more(...args);
      return { h, v: [0, ...v.slice(0, -1)], s };
    });
    assert.deepEqual(pick(softReset), ['wrong', 'one-behind']);
    assert.deepEqual(pick(judge('lif-run', (x: number[]) => ({ h: x, v: x }))), ['wrong', 'missing']);
  });

  test('say which list is too long, and in which case', () => {
    const { message } = judge('lif-run', (...args: Parameters<Run>) => {
      const { v, s } = run(...args);
      return { v: [0, ...v], s };
    });
    assert.match(
      message,
      /^Your list “v” has 9 values for x = .*, tau = 2 and pause = 0\. How many should it have, and what does each stand for\?$/,
    );
    assert.match(
      judge('ann-one-hot', ([label]: number[]) => [label]).message,
      /^Your list has 1 value for labels = \[2, 0\]\./,
    );
    const matrix = exercise<(classes: number) => number[][]>({
      minutes: 1,
      names: ['classes'],
      probes: [[2]],
      oracle: () => [
        [3, 1],
        [2, 4],
      ],
      mistakes: {},
      forms: [() => [[3, 1].slice(), [2, 4]], () => [Array.of(3, 1), [2, 4]]],
    });
    const { message: ofRow } = judgeAnswer(matrix, () => [[1], [1]]);
    assert.match(ofRow, /^Row 0 of your list has 1 value for classes = 2\./);
  });

  test('show a list of up to sixteen values whole, so that the case can be worked out on paper', () => {
    const { message } = judge('first-spike-times', (_: never, neurons: number) => new Array(neurons).fill(9));
    assert.match(
      message,
      /^Not yet: for spikes = \[0, 0, 0, 0, 1, 0, 1, 1, 0, 1, 0, 0\] and neurons = 3 your function/,
    );
    const right = ALL['see-closest'].oracle;
    const { message: ofLong } = judge('see-closest', (...args: Parameters<typeof right>) =>
      args[2] === 10 ? 9 : right(...args),
    );
    assert.match(
      ofLong,
      /^Not yet: for v = \[(?:[\d.]+, ){8}…\], spike = \[(?:0, ){8}…\] and neurons = 10 your function/,
    );
  });

  test('say of an unknown loop which calls it makes', () => {
    const twice = (net: Net, batches: number[], T: number) => {
      for (const batch of batches) {
        for (let t = 0; t < T; t++) net.step(net.encode(batch));
        net.update();
        net.update();
        net.reset();
      }
    };
    assert.equal(
      judge('train-loop', twice).message,
      'Not yet: for batches = [0, 1] and T = 3 your function calls encode(0), step, encode(0), step, encode(0), step, update, update, reset, encode(1), step, encode(1), …. What do you do on paper, and in which order?',
    );
    assert.match(judge('train-loop', () => {}).message, /^Not yet: for .* your function calls nothing of the net\./);
  });

  test('say of a right result that came about in a wrong way that it is not the result', () => {
    const { oracle } = ALL['event-table'];
    const wasteful = judge('event-table', (weights: never, add: (a: number, b: number) => number) => {
      add(0, 0);
      return oracle(weights, add as never);
    });
    assert.deepEqual(pick(wasteful), ['wrong', 'other-calls']);
    assert.match(wasteful.message, /^What your function returns is right, .*\?$/);
  });

  test('never print the result of the oracle', () => {
    for (const id of ids) {
      const right = resultOf(id);
      if (typeof right !== 'number' || right === Math.round(right)) continue;
      const { message } = judge(id, () => 123.456);
      const said = message.replace(/^Not yet: for .* your function returns/, '');
      assert.ok(!said.includes(String(Number(right.toPrecision(4)))), message);
    }
  });
});

describe('Values', () => {
  test('are the same within a tolerance, whatever list they are in', () => {
    assert.ok(same([1, 2.000001], Float32Array.of(1, 2), 1e-5));
    assert.ok(!same([1, 2.001], [1, 2], 1e-5));
    assert.ok(!same([1, 2], [1, 2, 3], 1));
    assert.ok(!same(Number.POSITIVE_INFINITY, 1e300, 1e-5));
    assert.ok(!same(Number.NaN, 0, 1e-5));
    assert.ok(same(Number.NaN, Number.NaN, 0));
    assert.ok(!same({ a: 1 }, { b: 1 }, 0));
    assert.ok(!same(new Set([1]), [], 0));
    assert.ok(!same(undefined, null, 0));
  });

  test('are copied without a trace of the original', () => {
    const work = () => 1;
    const original = { list: [[1], [2]], typed: Float32Array.of(1), work };
    const other = copy(original);
    other.list[0][0] = 9;
    other.typed[0] = 9;
    assert.deepEqual(original, { list: [[1], [2]], typed: Float32Array.of(1), work });
    assert.equal(other.work, work);
  });
});
