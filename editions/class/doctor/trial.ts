// Tries what set-up has installed: a notebook loads the package, trains an epoch and draws a figure. And identifies the
// edition of the project.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { chapterNames, chaptersFolder, program, readJson, remove, root } from '../../../packages/system/project';
import { run } from '../../../packages/system/run';
import type { Verdict } from '../../../tools/machine.mjs';
import { sourceFiles } from '../../../tools/setup/build';
import { BACKENDS, pending } from '../../../tools/setup/steps';
import { type Cell, type Notebook, textOf } from '../../shared/cells';

/** The JSON that the notebook prints. */
interface Found {
  backend: string;
  secondsPerEpoch: number;
}

const REINSTALL = 'remove the folders `node_modules` and `.venv`, and run `npm run setup`';

/**
 * Four characters that change with the package and the chapters. They are the same for a clone and an unpacked archive
 * on any system: line ends, outputs and the order of folders do not count. Works before set-up, so without `dist`.
 */
export function edition() {
  const hash = createHash('sha256');
  for (const name of sourceFiles()) hash.update(readFileSync(join(root, name), 'utf8').replaceAll('\r\n', '\n'));
  for (const name of chapterNames()) {
    const { cells } = readJson(join(chaptersFolder, name));
    hash.update(JSON.stringify(cells.map((cell: Cell) => [cell.cell_type, textOf(cell)])));
  }
  return hash.digest('hex').slice(0, 4);
}

/** Whether set-up has anything left to do. */
export function setUp(): Verdict {
  const wanted = process.env.LIF_FC_MNIST_BACKEND;
  if (wanted && !BACKENDS.includes(wanted)) {
    const fix = 'unset LIF_FC_MNIST_BACKEND, or set it to native, wasm or cpu';
    return { status: 'fault', found: `LIF_FC_MNIST_BACKEND=${wanted} names no backend`, fix };
  }
  const { python, native, build, kernel } = pending(wanted);
  if (!python && !native && !build && !kernel) return { status: 'ok', found: 'complete' };
  const lost = python && python !== 'new' ? `; ${python}` : '';
  return { status: 'note', found: `still to do${lost}`, fix: '`npm run setup` does it' };
}

/** Runs the notebook as `npm run notebooks` does, and checks its outputs. */
export async function trial(): Promise<{ verdict: Verdict; found?: Found }> {
  mkdirSync(join(root, 'build'), { recursive: true });
  const out = mkdtempSync(join(root, 'build', 'doctor-'));
  const notebook = join(root, 'editions', 'class', 'doctor', 'trial.ipynb');
  try {
    const args = ['--json', '--out', out, '--cell-timeout', '300', notebook];
    const [node, runner] = program('packages/notebook-runner/notebooks.ts', args);
    const { code, lines } = await run(node, runner, { cwd: root, minutes: 10 });
    if (code !== 0) return { verdict: { status: 'fault', found: reasonIn(lines), fix: REINSTALL } };
    const { cells }: Notebook = JSON.parse(readFileSync(join(out, relative(root, notebook)), 'utf8'));
    const outputs = cells.flatMap((cell) => cell.outputs ?? []);
    const types = outputs.flatMap(({ data }) => Object.keys(data ?? {}));
    if (!types.includes('image/png'))
      return { verdict: { status: 'fault', found: 'a figure without a picture', fix: REINSTALL } };
    return judge(JSON.parse([outputs.find(({ text }) => text)?.text ?? ''].flat().join('')));
  } finally {
    remove(out);
  }
}

/** Why the runner failed. It prints one JSON object per line. */
function reasonIn(lines: string[]) {
  for (const line of lines) {
    try {
      const { event, reason } = JSON.parse(line);
      if (event === 'failed') return String(reason);
    } catch {
      return line; // printed by Python or Node
    }
  }
  return lines.at(-1) ?? 'the runner said nothing';
}

function judge({ backend, secondsPerEpoch }: Found): { verdict: Verdict; found: Found } {
  const isNative = backend.startsWith('tensorflow');
  const short = isNative ? 'native' : backend.split(' ')[0];
  const found = `a notebook ran; ${backend}, one epoch in ${secondsPerEpoch.toFixed(2)} s`;
  const facts = { backend: short, secondsPerEpoch };
  if (isNative || process.env.LIF_FC_MNIST_BACKEND) return { verdict: { status: 'ok', found }, found: facts };
  const fix = '`npm run setup -- --retry`; only the readable engine is slower without the native backend';
  return { verdict: { status: 'note', found, fix }, found: facts };
}
