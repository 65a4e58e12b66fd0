import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import {
  figureBundle,
  interruptible,
  liveFigure,
  progressBar,
  saveFigure,
  show,
} from '../../../src/node/notebook/display';
import { lines } from '../../../src/visualizing';
import { PYTHON } from '../../support/python';

const root = resolve(__dirname, '..', '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'lif-display-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const figure = lines([{ name: 'a', y: [1, 2] }], { title: 'A line', xlabel: 'x', ylabel: 'y' });

interface Output {
  output_type: string;
  data: Record<string, string & { data: unknown }>;
  metadata: Record<string, unknown>;
  text: string;
}

/** Runs cells in the project's kernel as the notebook runner does; the outputs of each. */
function execute(cells: string[]): Output[][] {
  const program = `
import json, sys, nbformat
sys.path.insert(0, "tools/notebooks")
from nbclient import NotebookClient
from headless.kernel import KernelManager
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in json.load(sys.stdin)])
NotebookClient(notebook, km=KernelManager(), timeout=120, resources={"metadata": {"path": sys.argv[1]}}, coalesce_streams=True).execute()
print(json.dumps([cell.outputs for cell in notebook.cells]))`;
  const answer = execFileSync(PYTHON, ['-B', '-c', program, root], {
    cwd: root,
    input: JSON.stringify(cells),
    encoding: 'utf8',
  });
  return JSON.parse(answer);
}

const SETUP = `import { interruptible, liveFigure, progressBar, show } from './dist/node/notebook/display';
import { lines, liveCurve } from './dist/visualizing';
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));`;

test('a figure in a notebook is one bundle: interactive, PNG, SVG and a sentence', () => {
  const cell = `await show(lines([{ name: 'a', y: [1, 2] }], { title: 'A line', xlabel: 'x', ylabel: 'y' }));`;
  const [, outputs, again] = execute([SETUP, cell, cell]);
  assert.equal(outputs.length, 1);
  const { data, metadata } = outputs[0];
  assert.deepEqual(Object.keys(data).sort(), [
    'application/vnd.plotly.v1+json',
    'image/png',
    'image/svg+xml',
    'text/plain',
  ]);
  assert.deepEqual(data['application/vnd.plotly.v1+json'].data, figure.data);
  const png = Buffer.from(data['image/png'], 'base64');
  assert.equal(png.subarray(1, 4).toString(), 'PNG');
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [760, 380]);
  assert.match(data['image/svg+xml'], /^<svg role="img"/);
  assert.equal(data['text/plain'], figure.alt);
  assert.deepEqual(metadata, { 'image/png': { width: 760, height: 380 } });
  assert.deepEqual(again, outputs);
});

test('a live figure and a bar leave their last state alone, and no time', () => {
  const cell = `const bar = progressBar(10, 'training');
const live = liveFigure();
const accs: number[] = [];
for (let i = 1; i <= 10; i++) {
  await sleep(70);
  accs.push(i / 20);
  live.update(liveCurve(accs, accs, { epochs: 10 }));
  bar.update(i, 'loss ' + Math.random());
}
bar.finish();
await live.done();`;
  const [, outputs] = execute([SETUP, cell]);
  assert.equal(outputs.length, 2);
  assert.deepEqual(outputs[0].data, { 'text/plain': 'training: 10/10' });
  assert.match(outputs[1].data['text/plain'], /after 10 of 10 epochs/);
  assert.ok(outputs[1].data['image/png'] && outputs[1].data['image/svg+xml']);
});

test('an interrupted cell ends as an error, its loop stops, and the next cell works', () => {
  const program = `
import json, sys, time
sys.path.insert(0, "tools/notebooks")
from jupyter_client.manager import KernelManager
from headless.ports import claim_ports
claim, ports = claim_ports()
manager = KernelManager(kernel_name="tslab", cache_ports=False, **ports)
manager.start_kernel(cwd=sys.argv[1])
client = manager.client()
client.start_channels()
client.wait_for_ready(timeout=60)
def run(source, interrupt=False):
    sent, text = client.execute(source), ""
    while True:
        message = client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") != sent:
            continue
        if message["msg_type"] == "stream":
            text += message["content"]["text"]
            if interrupt and "looping" in text:
                interrupt = False
                manager.interrupt_kernel()
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            break
    while True:
        reply = client.get_shell_msg(timeout=60)
        if reply["parent_header"].get("msg_id") == sent:
            return reply["content"]["status"], text
try:
    setup, loop, look = json.load(sys.stdin)
    run(setup)
    interrupted = run(loop, True)
    time.sleep(0.5)  # after an error the kernel answers "abort" for 200 ms
    print(json.dumps([interrupted, run(look)]))
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)`;
  const cells = [
    `${SETUP}\nlet ticks = 0;\nawait sleep(0);\nconst listeners = process.listenerCount('SIGINT');`,
    `await interruptible(async (signal) => {
  console.log('looping');
  while (!signal.aborted) { ticks++; await sleep(10); }
});`,
    `const before = ticks;
await sleep(300);
console.log(JSON.stringify([before > 0, ticks - before, process.listenerCount('SIGINT') - listeners]));`,
  ];
  const answer = execFileSync(PYTHON, ['-B', '-c', program, root], {
    cwd: root,
    input: JSON.stringify(cells),
    encoding: 'utf8',
  });
  const [[interrupted], [next, text]] = JSON.parse(answer.trim().split('\n').at(-1) as string);
  assert.equal(interrupted, 'error');
  assert.equal(next, 'ok');
  assert.deepEqual(JSON.parse(text), [true, 0, 0]);
});

test('outside of a notebook show and liveFigure say what to use instead', async () => {
  await assert.rejects(show(figure), /^Error: show: expected to run in a tslab notebook, found none; use saveFigure/);
  assert.throws(() => liveFigure(), /liveFigure: expected to run in a tslab notebook/);
});

test('a figure is saved by the name of its file, whole, with nothing left beside it', async () => {
  for (const name of ['a b é.svg', 'figure.PNG', 'figure.json']) await saveFigure(figure, join(folder, name));
  assert.deepEqual(readdirSync(folder).sort(), ['a b é.svg', 'figure.PNG', 'figure.json']);
  assert.match(readFileSync(join(folder, 'a b é.svg'), 'utf8'), /^<svg .*<\/svg>$/s);
  assert.equal(readFileSync(join(folder, 'figure.PNG')).subarray(1, 4).toString(), 'PNG');
  assert.deepEqual(JSON.parse(readFileSync(join(folder, 'figure.json'), 'utf8')).data, figure.data);
});

test('a name that says no format, and a folder that is not there, are refused by name', async () => {
  await assert.rejects(saveFigure(figure, join(folder, 'figure.jpg')), /figure\.jpg: expected .* found '\.jpg'/);
  await assert.rejects(saveFigure(figure, join(folder, 'missing', 'x.json')), /x\.json: cannot be written/);
});

test('the bundle of a figure is smaller than 100 kB', async () => {
  assert.ok(JSON.stringify(await figureBundle(figure)).length < 100_000);
});

test('a bar is silent where nobody looks, and refuses a total of nothing', () => {
  const program = `const { progressBar } = require('./src/node/notebook/display.ts');
    const bar = progressBar(3, 'x'); bar.update(3); bar.finish();`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '-e', program], { cwd: root });
  assert.equal(`${stdout}${stderr}`, '');
  assert.throws(() => progressBar(0, 'x'), /expected a total of at least 1, found 0/);
});

test('in a terminal a bar is written over in place and ends with its count', () => {
  const program = `Object.defineProperty(process.stderr, 'isTTY', { value: true });
    const { progressBar } = require('./src/node/notebook/display.ts');
    const bar = progressBar(4, 'x');
    setTimeout(() => { bar.update(2, 'loss 1'); bar.update(4); bar.finish(); bar.finish(); }, 250);`;
  const { stderr } = spawnSync(process.execPath, ['--import', 'tsx', '-e', program], { cwd: root, encoding: 'utf8' });
  const states = stderr.split('\r').slice(1);
  assert.match(states[1], /^x: ▕█{12}░{12}▏ 2\/4 · .*\/s · 0:0\d left · loss 1/);
  assert.equal(states.at(-1), 'x: 4/4\x1b[K\n');
});

test('interruptible work that nobody interrupts gives its result and leaves no listener', async () => {
  const listeners = process.listenerCount('SIGINT');
  assert.equal(await interruptible(async (signal) => signal.aborted), false);
  await assert.rejects(
    interruptible(async () => {
      throw new Error('own');
    }),
    /own/,
  );
  assert.equal(process.listenerCount('SIGINT'), listeners);
});
