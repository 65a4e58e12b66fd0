/** The worker that knows the types. */
import * as ts from 'typescript';
import { problemLines, warningLines } from '../../../core/hints.cjs';
import type { FromTypes, OfTypes, ToTypes } from '../protocol';
import { readDeclarations } from './declarations';
import { emit } from './emit';
import { createTypes, type NotebookTypes } from './notebook';
import { createRemote } from './remote';

const post = (message: FromTypes) =>
  (self as unknown as { postMessage(message: FromTypes): void }).postMessage(message);

const notebooks = new Map<string, NotebookTypes>();
let create: ReturnType<typeof createTypes>;
let settings: Extract<ToTypes, { type: 'start' }>['settings'];

/** Returns why not all is as the settings have it. */
async function start(): Promise<string[]> {
  const { declarations, faults } = await readDeclarations(settings.declarations);
  try {
    create = createTypes(ts, declarations, settings, createRemote(ts));
  } catch (error) {
    if (settings.lib === undefined) throw error;
    faults.push((error as Error).message);
    create = createTypes(ts, declarations, { ...settings, lib: undefined }, createRemote(ts));
  }
  // Reads the libraries and modules, so the first cell that is checked need not wait for that.
  const imports = Object.keys(declarations.modules).map((name) => `import ${JSON.stringify(name)};`);
  create('first', self.location.href).check(imports.join('\n'));
  return faults;
}

/** Does what is asked; returns the answer, if the message wants one. */
async function answer(
  message: Exclude<ToTypes, { type: 'start' }>,
): Promise<OfTypes[keyof OfTypes]['answer'] | undefined> {
  const { kernel } = message;
  if (message.type === 'begin' || message.type === 'forget') {
    notebooks.get(kernel)?.dispose();
    notebooks.delete(kernel);
    if (message.type === 'begin') notebooks.set(kernel, create(kernel, message.folder));
    return undefined;
  }
  const types = notebooks.get(kernel);
  if (!types) return undefined;
  if (message.type === 'starts') {
    types.starts(message.code);
    return undefined;
  }
  if (message.type === 'ended') {
    types.ended(message.lost);
    return undefined;
  }
  if (message.type === 'check') {
    // Not while a name is being written: each of its beginnings would be asked for.
    await types.prepare(message.code);
    const emitted = emit(ts, message.code, settings.experimentalDecorators);
    const problems = settings.typeErrors === 'off' ? [] : types.check(message.code);
    const text = settings.typeErrors === 'warn' ? warningLines(problems) : problemLines(problems, message.code);
    return { text, ...(emitted ? { emitted } : {}) };
  }
  if (message.type === 'complete') return types.complete(message.code, message.position);
  return types.inspect(message.code, message.position);
}

let ready: Promise<unknown> = Promise.resolve();

self.addEventListener('message', ({ data }: MessageEvent<ToTypes>) => {
  if (data.type === 'start') {
    settings = data.settings;
    const started = start();
    ready = started;
    started.then(
      (faults) => post({ type: 'ready', faults }),
      (error: Error) => post({ type: 'failed', message: error.message }),
    );
    return;
  }
  // They begin in the order in which they came; those behind one that waits for a file of the network go on. A question that
  // TypeScript trips over gets an empty answer.
  ready
    .then(() => answer(data))
    .catch((error) => {
      console.warn(error);
      return undefined;
    })
    .then((content) => {
      if ('id' in data) post({ type: 'reply', id: data.id, content });
    });
});
