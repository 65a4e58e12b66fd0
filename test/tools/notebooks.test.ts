/**
 * The headless runner on canary notebooks (test/canaries): each thing that can go wrong in a notebook turns it red.
 * A kernel takes about two seconds to start, so that many canaries share a call.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { PYTHON } from '../support/python';

const root = resolve(__dirname, '..', '..');
const canaries = join(__dirname, '..', 'canaries');
const temporary = mkdtempSync(join(tmpdir(), 'lif-fc-mnist-notebooks-'));
after(() => rmSync(temporary, { recursive: true, force: true }));

interface Output {
  output_type: string;
  name?: string;
  text?: string[];
  data?: Record<string, string | string[]>;
}
interface Cell {
  cell_type: string;
  id: string;
  source: string[];
  metadata: { tags?: string[]; execution?: unknown };
  execution_count?: number | null;
  outputs: Output[];
}
interface Notebook {
  cells: Cell[];
  metadata: { kernelspec: Record<string, string>; language_info: Record<string, unknown> };
}

const read = (file: string): Notebook => JSON.parse(readFileSync(file, 'utf8'));
const codeCells = (file: string) => read(file).cells.filter((cell) => cell.cell_type === 'code');
const stream = (cell: Cell | undefined, name: string) =>
  cell?.outputs.filter((output) => output.name === name).map((output) => output.text?.join(''));
const canary = (name: string) => join(canaries, `${name}.ipynb`);

function start(args: string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [join(root, 'tools', 'notebooks', 'notebooks.mjs'), ...args], {
    cwd: root,
    env: { ...process.env, INIT_CWD: root, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function ended(runner: ChildProcess): Promise<{ status: number | null; lines: string[] }> {
  let printed = '';
  for (const pipe of [runner.stdout, runner.stderr]) {
    pipe?.setEncoding('utf8');
    pipe?.on('data', (text: string) => {
      printed += text;
    });
  }
  const status = await new Promise<number | null>((done) => runner.on('close', done));
  return { status, lines: printed.split('\n').filter((line) => line !== '') };
}

const run = (args: string[], env?: Record<string, string>) => ended(start(args, env));

/** The one line that names a notebook. */
function lineOf(lines: string[], name: string): string {
  const found = lines.filter((line) => line.includes(`/${name}.ipynb`));
  assert.equal(found.length, 1, `one line about ${name} in:\n${lines.join('\n')}`);
  return found[0] as string;
}

describe('The notebook runner', { concurrency: 2 }, () => {
  describe('A notebook is red', { concurrency: 1 }, () => {
    // Notebook, cell, which of the code cells that is, and how the line goes on.
    const red: [string, number, number, string][] = [
      ['throw', 3, 2, 'RangeError: a thrown error'],
      ['type-error', 3, 2, "1:7 - Type 'string' is not assignable to type 'number'."],
      ['awaited-rejection', 3, 2, 'Error: an awaited rejection'],
      ['unawaited-rejection', 3, 2, 'UnhandledPromiseRejection: Error: a rejection nobody awaits'],
      ['timer', 4, 3, 'UncaughtException: Error: thrown in a timer'],
      ['late-timer', 3, 2, 'UncaughtException: Error: thrown after the last cell'],
      ['exit', 3, 2, 'the kernel died (exit status 0)'],
      ['killed', 3, 2, 'the kernel died (killed by SIGKILL)'],
      ['sync-hang', 3, 2, 'still running after 10 s (--cell-timeout)'],
      ['await-hang', 3, 2, 'still running after 10 s (--cell-timeout)'],
      ['never-ran', 4, 3, "this cell never ran (the kernel answered 'abort')"],
      ['skipped', 3, 2, 'this cell never ran'],
    ];
    const green = ['green', 'flood'];
    const output = join(temporary, 'a b é');
    const home = join(temporary, 'home');
    const wrongKernels = join(home, '.local', 'share', 'jupyter');
    let lines: string[];
    let statuses: (number | null)[];

    before(async () => {
      // A kernel of the same name, as `tslab install` leaves it user-wide, that would fail.
      const spec = { argv: [process.execPath, '-e', 'process.exit(7)'], display_name: 'wrong', language: 'typescript' };
      mkdirSync(join(wrongKernels, 'kernels', 'tslab'), { recursive: true });
      writeFileSync(join(wrongKernels, 'kernels', 'tslab', 'kernel.json'), JSON.stringify(spec));
      // Colours in what a kernel prints would make the bytes depend on who runs it.
      const env = { HOME: home, JUPYTER_PATH: wrongKernels, FORCE_COLOR: '1', CANARY_OPTION: 'an option' };
      const call = (names: string[]) =>
        run(['--cell-timeout', '10', '--output-dir', output, ...names.map(canary)], { ...env, TMPDIR: home });
      // Each call has a green notebook at its end, after red ones.
      const names = red.map(([name]) => name);
      const half = names.length / 2;
      const results = await Promise.all([
        call([...names.slice(0, half), 'green']),
        call([...names.slice(half), 'flood']),
      ]);
      statuses = results.map((result) => result.status);
      lines = results.flatMap((result) => result.lines);
    });

    for (const [name, cell, code, reason] of red) {
      test(`for ${name}, and its one line names notebook, cell and the first line of the error`, () => {
        const place = `test/canaries/${name}.ipynb, cell ${cell} (code cell ${code}): ${reason}  (`;
        assert.ok(lineOf(lines, name).startsWith(`FAILED  ${place}`), lineOf(lines, name));
      });

      test(`for ${name}, and what was executed of it is kept`, () => {
        const cells = codeCells(join(output, `${name}.ipynb`));
        const failed = cells[code - 1] as Cell;
        for (const [i, done] of cells.slice(0, code - 1).entries()) assert.equal(done.execution_count, i + 1);
        if (name !== 'never-ran') assert.deepEqual(stream(cells[0], 'stdout'), ['before\n']);
        const shown = reason.startsWith('the') || reason.startsWith('still') ? undefined : reason;
        if (shown?.includes('Error'))
          assert.ok(stream(failed, 'stderr')?.[0]?.includes(shown), 'the error is in the file');
        for (const never of cells.slice(code)) {
          assert.equal(never.execution_count, null);
          assert.deepEqual(never.outputs, []);
        }
      });
    }

    test('and the others still run, and the exit status is 1', () => {
      for (const name of green) assert.match(lineOf(lines, name), /^ok {6}/);
      assert.deepEqual(statuses, [1, 1]);
      assert.equal(lines.filter((line) => / of 7 notebooks green, /.test(line) && line.startsWith('1')).length, 2);
    });

    test('but a green one has run every cell, each after the other', () => {
      const cells = codeCells(join(output, 'green.ipynb'));
      assert.deepEqual(
        cells.map((cell) => cell.execution_count),
        cells.map((_, i) => i + 1),
      );
    });

    test('Streams are coalesced, and what a carriage return overwrites is gone', () => {
      const [lines_, bar] = codeCells(join(output, 'green.ipynb'));
      assert.deepEqual(stream(lines_, 'stdout'), ['line 0\nline 1\nline 2\nline 3\n']);
      assert.deepEqual(stream(lines_, 'stderr'), ['a warning\n']);
      assert.deepEqual(stream(bar, 'stdout'), ['100 %\n']);
    });

    test('Of a display that is updated in place the last state is kept, though a later cell gave it', () => {
      const cells = codeCells(join(output, 'green.ipynb'));
      assert.deepEqual(
        cells[3]?.outputs.map((output) => output.data?.['text/plain'] ?? output.text),
        [['done'], ['between\n']],
      );
      assert.deepEqual(cells[4]?.outputs.length, 1);
    });

    test('An error that is allowed is kept without the places in the machine where it was thrown', () => {
      const [text] = stream(codeCells(join(output, 'green.ipynb'))[2], 'stderr') as string[];
      assert.match(text as string, /^Error: allowed$/m);
      assert.doesNotMatch(text as string, /^\s+at /m);
    });

    test('The kernel starts in the folder of the notebook and gets the environment', () => {
      assert.deepEqual(stream(codeCells(join(output, 'green.ipynb'))[5], 'stdout'), ['canaries an option\n']);
    });

    test('Output that comes after the last cell has ended is kept with it', () => {
      assert.deepEqual(stream(codeCells(join(output, 'green.ipynb')).at(-1), 'stdout'), [
        'printed after the last cell\n',
      ]);
    });

    test('No line is lost of thousands printed at once', () => {
      const printed = stream(codeCells(join(output, 'flood.ipynb'))[0], 'stdout')?.join('');
      const expected = Array.from({ length: 5000 }, (_, i) => `${i}\n`).join('');
      assert.ok(printed === expected, `expected 5,000 lines, found ${printed?.split('\n').length}`);
    });

    test('No time and no version is written, so that the file is the same bytes each time', () => {
      const { cells, metadata } = read(join(output, 'green.ipynb'));
      assert.deepEqual(metadata.kernelspec, {
        display_name: 'TypeScript (tslab)',
        language: 'typescript',
        name: 'tslab',
      });
      assert.equal('version' in metadata.language_info, false);
      for (const [i, cell] of cells.entries()) {
        assert.equal('execution' in cell.metadata, false);
        assert.equal(cell.id, read(canary('green')).cells[i]?.id);
      }
    });

    test('Nothing is written outside of the clone and the output folder', () => {
      assert.deepEqual(readdirSync(home), ['.local']);
      assert.deepEqual(readdirSync(wrongKernels), ['kernels']);
      assert.deepEqual(
        readdirSync(output).sort(),
        [...red.map(([name]) => name), ...green].map((name) => `${name}.ipynb`).sort(),
      );
    });
  });

  describe('--update and --check', { concurrency: 1 }, () => {
    const folder = join(temporary, 'committed é');
    const committed = join(folder, 'figure.ipynb');
    const output = join(temporary, 'checked');

    /** A copy of the committed notebook in which a change was made. */
    function changed(name: string, change: (cells: Cell[]) => void): string {
      const notebook = read(committed);
      change(notebook.cells.filter((cell) => cell.cell_type === 'code'));
      const file = join(folder, `${name}.ipynb`);
      writeFileSync(file, JSON.stringify(notebook, null, 1));
      return file;
    }
    /** PNG of the same two pixels, the second of which is one step less blue. */
    const otherPixel = (cell: Cell | undefined) => {
      const data = cell?.outputs.find((output) => output.data?.['image/png'])?.data as Record<string, string>;
      const bytes = Buffer.from(data['image/png'] as string, 'base64');
      const at = bytes.indexOf('IDAT') + 12;
      bytes[at] = (bytes[at] as number) ^ 1;
      data['image/png'] = bytes.toString('base64');
    };
    const otherText = (cell: Cell | undefined, from: string, to: string) => {
      const output = cell?.outputs.find((one) => one.name === 'stdout') as Output;
      assert.ok(output.text?.join('').includes(from));
      output.text = output.text?.map((line) => line.replace(from, to));
    };

    let red: string;
    let updated: Buffer;
    let update: { status: number | null; lines: string[] };
    let check: { status: number | null; lines: string[] };
    before(async () => {
      mkdirSync(folder, { recursive: true });
      red = join(folder, 'throw.ipynb');
      for (const name of ['figure', 'throw']) writeFileSync(join(folder, `${name}.ipynb`), readFileSync(canary(name)));
      update = await run(['--update', '--output-dir', output, committed, red]);
      updated = readFileSync(join(output, 'figure.ipynb'));
      check = await run([
        '--check',
        '--output-dir',
        output,
        committed,
        changed('digit', ([text]) => otherText(text, '0.12345', '0.12346')),
        changed('pixel', ([, figure]) => otherPixel(figure)),
        changed('gone', ([, figure]) => figure?.outputs.pop()),
        changed('tfjs-digit', ([, , tfjs]) => otherText(tfjs, '0.12', '0.13')),
        changed('free', ([, , tfjs, timing]) => {
          otherPixel(tfjs);
          otherText(timing, ' ns', ' ms');
        }),
      ]);
    });

    test('--update writes a green notebook back, and no red one', () => {
      assert.equal(update.status, 1);
      assert.match(lineOf(update.lines, 'figure'), /^ok .*committed notebook updated$/);
      assert.ok(readFileSync(committed).equals(updated), 'the committed notebook is what was executed');
      assert.deepEqual(readFileSync(red), readFileSync(canary('throw')));
      assert.deepEqual(
        readdirSync(folder).filter((name) => name.startsWith('.')),
        [],
      );
    });

    test('--check is green for what was committed', () => {
      assert.match(lineOf(check.lines, 'figure'), /^ok .*outputs as committed$/);
      assert.equal(check.status, 1);
    });

    test('--check is red for a changed digit, and shows the line', () => {
      const line = lineOf(check.lines, 'digit');
      assert.ok(line.includes('cell 2 (code cell 1): output differs from the committed one: stdout, line 1: '), line);
      assert.ok(line.includes('"loss 0.12346\\n" committed, "loss 0.12345\\n" now'), line);
    });

    test('--check is red for a changed pixel', () => {
      assert.match(lineOf(check.lines, 'pixel'), /^FAILED .*cell 3 \(code cell 2\).*image\/png: byte \d+ differs/);
    });

    test('--check is red for an output that was not committed', () => {
      assert.match(lineOf(check.lines, 'gone'), /^FAILED .*cell 3 \(code cell 2\).*image\/png now, not committed/);
    });

    test('--check compares a cell tagged tfjs by its text, and one tagged timing not at all', () => {
      assert.match(lineOf(check.lines, 'tfjs-digit'), /^FAILED .*cell 4 \(code cell 3\).*"loss 0.13\\n" committed/);
      assert.match(lineOf(check.lines, 'free'), /^ok /);
    });
  });

  describe('What cannot be used is said in one line, exit status 2', { concurrency: 1 }, () => {
    const file = (name: string, text: string) => {
      const path = join(temporary, name);
      writeFileSync(path, text);
      return path;
    };
    const cases: [string, () => string[], RegExp][] = [
      [
        'a notebook that is missing',
        () => [join(temporary, 'missing.ipynb')],
        /missing\.ipynb: cannot be read \(No such/,
      ],
      ['a file that is no JSON', () => [file('text.ipynb', '# Title')], /text\.ipynb: not a notebook \(no valid JSON/],
      ['JSON that is no notebook', () => [file('other.ipynb', '{}')], /other\.ipynb: not a notebook of format 4/],
      ['a cell without a type', () => [file('cell.ipynb', '{"nbformat":4,"cells":[{}]}')], /cell\.ipynb: not a valid/],
      [
        'no code cell',
        () => [file('prose.ipynb', '{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[]}')],
        /prose\.ipynb: has no code cells/,
      ],
      ['no notebook', () => [], /expected notebooks \(\.ipynb\) or --all/],
      ['two of one name', () => [canary('throw'), canary('throw')], /throw\.ipynb: named twice/],
      ['an unknown option', () => ['--fast'], /unrecognized arguments: --fast/],
      ['a limit that is none', () => ['--cell-timeout', '0', canary('throw')], /--cell-timeout.*1 or more, found '0'/],
      [
        'a notebook in the output folder, which would be overwritten',
        () => ['--output-dir', temporary, file('own.ipynb', readFileSync(canary('throw'), 'utf8'))],
        /own\.ipynb: lies in the output folder and would be overwritten; name another --output-dir/,
      ],
      [
        'an output folder below a file',
        () => ['--output-dir', join(file('a-file', ''), 'out'), canary('throw')],
        /--output-dir: .*a-file.out cannot be made \(Not a directory\)/,
      ],
      ['--update with --check', () => ['--update', '--check', canary('throw')], /exclude each other/],
    ];
    for (const [name, args, message] of cases) {
      test(name, async () => {
        const { status, lines } = await run(args());
        assert.equal(lines.length, 1, lines.join('\n'));
        assert.match(lines[0] as string, message);
        assert.equal(status, 2);
      });
    }
  });

  describe('A port that another program got before the kernel took it', { concurrency: 1 }, () => {
    const ports = ['shell_port', 'iopub_port', 'stdin_port', 'control_port', 'hb_port'];
    let other: Server;
    let taken: number;
    before(async () => {
      other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      taken = (other.address() as AddressInfo).port;
    });
    after(() => other.close());

    test('ends the kernel, which says so', async () => {
      const file = join(temporary, 'connection.json');
      const connection = { ip: '127.0.0.1', transport: 'tcp', key: 'key', signature_scheme: 'hmac-sha256' };
      // The others are whatever the system gives.
      const free = Object.fromEntries(ports.map((name) => [name, name === 'control_port' ? taken : 0]));
      writeFileSync(file, JSON.stringify({ ...connection, ...free }));
      const spec = JSON.parse(
        readFileSync(join(dirname(PYTHON), '..', 'share/jupyter/kernels/tslab/kernel.json'), 'utf8'),
      );
      const argv = (spec.argv as string[]).map((part) => (part === '{connection_file}' ? file : part));
      const { status, lines } = await ended(spawn(argv[0] as string, argv.slice(1)));
      assert.deepEqual(lines, [`tcp://127.0.0.1:${taken}: Address already in use (EADDRINUSE)`]);
      assert.equal(status, 1);
    });

    /** The runner on a green notebook, with `trouble` (Python) between its claim of ports and the start of the kernel. */
    function runner(name: string, ...trouble: string[]) {
      const program = [
        'import asyncio, sys, threading, zmq',
        `sys.path.insert(0, ${JSON.stringify(join(root, 'tools', 'notebooks'))})`,
        'import run_notebooks as runner',
        'claim, calls = runner.claim_ports, []',
        'def claim_ports():',
        '    held, ports = claim()',
        '    calls.append(ports)',
        ...trouble.map((line) => `    ${line}`),
        '    return held, ports',
        'runner.claim_ports = claim_ports',
        'runner.SEND_TIMEOUT = 1',
        'status = asyncio.run(runner.main(runner.parse(sys.argv[1:])))',
        'print(len(calls), "times")',
        'sys.exit(status)',
      ].join('\n');
      const args = ['-I', '-B', '-c', program, '--output-dir', join(temporary, name), canary('figure')];
      return ended(spawn(PYTHON, args, { cwd: root }));
    }

    test('is not used again: the kernel is started on others', async () => {
      const { status, lines } = await runner('twice', `if len(calls) <= 2: ports['control_port'] = ${taken}`);
      assert.match(lineOf(lines, 'figure'), /^ok .*: 4 cells in /);
      assert.equal(lines.at(-1), '3 times');
      assert.equal(status, 0);
    });

    test('does not hang the runner when that program has gone by the time the kernel comes', async () => {
      const { status, lines } = await runner(
        'gone',
        'if len(calls) > 1: return held, ports',
        'other = zmq.Context.instance().socket(zmq.PUB)',
        'other.bind(f\'tcp://127.0.0.1:{ports["shell_port"]}\')',
        'threading.Timer(0.5, other.close).start()',
      );
      assert.match(lineOf(lines, 'figure'), /^ok .*: 4 cells in /);
      assert.equal(status, 0);
    });

    test('turns the notebook red if it happens again and again', async () => {
      const { status, lines } = await runner('always', `ports['control_port'] = ${taken}`);
      const reason = `the kernel did not start: tcp://127.0.0.1:${taken}: Address already in use (EADDRINUSE)`;
      assert.ok(
        lineOf(lines, 'figure').startsWith(`FAILED  test/canaries/figure.ipynb: ${reason}  (`),
        lines.join('\n'),
      );
      assert.equal(status, 1);
    });
  });

  test('A message that comes before the kernel knows that its socket is bound is answered all the same', async () => {
    // zeromq refuses to send and receive until the callback of bind has run; here nothing is awaited in between.
    const program = join(temporary, 'socket.cjs');
    writeFileSync(
      program,
      `const { Router, Dealer } = require(${JSON.stringify(join(root, 'node_modules', 'zeromq'))});
      const [shell, client] = [new Router(), new Dealer()];
      const bound = shell.bind('tcp://127.0.0.1:*');
      const loop = (async () => { for await (const [who] of shell) await shell.send([who, 'pong']); })();
      bound.then(async () => {
        client.connect(shell.lastEndpoint);
        await client.send('ping');
        console.log(String(await client.receive()));
        client.close();
        shell.close();
      });`,
    );
    // The preload is for kernels: it looks for zeromq beside the program, and for this argument.
    const args = ['--require', join(root, 'tools', 'notebooks', 'kernel', 'preload.cjs'), program, 'kernel'];
    const { status, lines } = await ended(
      spawn(process.execPath, args, { env: { ...process.env, NODE_PATH: join(root, 'node_modules') } }),
    );
    assert.deepEqual(lines, ['pong']);
    assert.equal(status, 0);
  });

  describe('No kernel and nothing that it started stays behind', { concurrency: 1 }, () => {
    const alive = (pid: number) => {
      try {
        process.kill(pid, 0);
        // A zombie that nobody has waited for yet is not running.
        return !/^\d+ \(.*\) Z/.test(existsSync('/proc') ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '');
      } catch {
        return false;
      }
    };

    /** Runs the canary with children, ends the runner with a signal once they are there, and waits for their end. */
    async function interrupted(signal: NodeJS.Signals, wrapped = true) {
      const pidFile = join(temporary, `pids ${signal} ${wrapped}`);
      const output = join(temporary, `output ${signal} ${wrapped}`);
      const args = ['--output-dir', output, canary('children'), canary('throw')];
      const env = { ...process.env, CANARY_PIDS: pidFile };
      const runner = wrapped
        ? start(args, { CANARY_PIDS: pidFile })
        : spawn(PYTHON, ['-I', '-B', join(root, 'tools', 'notebooks', 'run_notebooks.py'), ...args], {
            cwd: root,
            env,
          });
      const end = ended(runner);
      while (!existsSync(pidFile) && runner.exitCode === null) await sleep(50);
      const pids = readFileSync(pidFile, 'utf8').split(' ').map(Number);
      assert.deepEqual(pids.map(alive), [true, true]);
      runner.kill(signal);
      const { status, lines } = await end;
      for (let i = 0; i < 200 && pids.some(alive); i++) await sleep(50);
      return { status, lines, running: pids.filter(alive), output };
    }

    test('after Ctrl-C, which ends it with 130 and leaves the others alone', async () => {
      const { status, lines, running, output } = await interrupted('SIGINT');
      assert.deepEqual(running, []);
      assert.equal(status, 130);
      assert.deepEqual(lines, ['interrupted; the kernel was stopped']);
      assert.deepEqual(readdirSync(output), [basename(canary('children'))]);
    });

    test('after its wrapper was killed', async () => {
      assert.deepEqual((await interrupted('SIGKILL')).running, []);
    });

    test('after the runner itself was killed, though the cell is in an endless loop', async () => {
      assert.deepEqual((await interrupted('SIGKILL', false)).running, []);
    });
  });
});
