/** The worker that knows the types. */
import * as ts from 'typescript';
import { problemLines, warningLines } from '../../../core/hints.cjs';
import type { FromTypes, OfTypes, Settings, ToTypes } from '../protocol';
import { completeness } from './describe';
import { emit } from './emit';
import { Library, NotebookTypes } from './notebook';
import { Remote, readDeclarations } from './remote';

const post = (message: FromTypes) =>
  (self as unknown as { postMessage(message: FromTypes): void }).postMessage(message);

const notebooks = new Map<string, NotebookTypes>();
let library: Library;
let settings: Settings;

/** Returns why not all is as the settings have it. */
async function start(): Promise<string[]> {
  const { declarations, faults } = await readDeclarations(settings.declarations);
  library = new Library(ts, declarations, settings, new Remote(ts), faults);
  // Reads the libraries and modules, so the first cell that is checked need not wait for that.
  const imports = Object.keys(declarations.modules).map((name) => `import ${JSON.stringify(name)};`);
  new NotebookTypes(library, 'first', self.location.href).check(imports.join('\n'));
  return faults;
}

async function check(types: NotebookTypes, code: string): Promise<OfTypes['check']['answer']> {
  // Not while a name is being written: each of its beginnings would be asked for.
  await types.prepare(code);
  const emitted = emit(ts, code, settings.experimentalDecorators);
  const problems = settings.typeErrors === 'off' ? [] : types.check(code);
  const text = settings.typeErrors === 'warn' ? warningLines(problems) : problemLines(problems, code);
  return { text, ...(emitted && { emitted }) };
}

/** Does what is asked; resolves to the answer, if the message wants one and there is one. */
async function answer(message: Exclude<ToTypes, { type: 'start' }>) {
  const { kernel } = message;
  const types = notebooks.get(kernel);
  switch (message.type) {
    case 'begin':
    case 'forget':
      types?.dispose();
      notebooks.delete(kernel);
      if (message.type === 'begin') notebooks.set(kernel, new NotebookTypes(library, kernel, message.folder));
      return undefined;
    case 'starts':
      return types?.starts(message.code);
    case 'ended':
      return types?.ended(message.lost);
    case 'check':
      return types && check(types, message.code);
    case 'complete':
      return types?.complete(message.code, message.position);
    case 'inspect':
      return types?.inspect(message.code, message.position);
    case 'is-complete':
      return completeness(ts, message.code);
  }
}

let ready: Promise<string[]>;

self.addEventListener('message', ({ data }: MessageEvent<ToTypes>) => {
  if (data.type === 'start') {
    settings = data.settings;
    ready = start();
    ready.then(
      (faults) => post({ type: 'ready', faults }),
      (error: Error) => post({ type: 'failed', message: error.message }),
    );
    return;
  }
  // They begin in the order in which they came; those behind one that waits for a file of the network go on. A question
  // that TypeScript trips over gets an empty answer.
  ready
    .then(() => answer(data))
    .catch(console.warn)
    .then((content) => {
      if ('id' in data) post({ type: 'reply', id: data.id, content: content ?? undefined });
    });
});
