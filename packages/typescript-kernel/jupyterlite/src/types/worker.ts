/** The types' worker: checks, completes and describes cells. */
import * as ts from 'typescript';
import { problemLines } from '../../../core/hints';
import type { FromTypes, OfTypes, Settings, ToTypes } from '../protocol';
import { completeness } from './describe';
import { emit } from './emit';
import { type Declarations, Library, NotebookTypes } from './notebook';

const post = (message: FromTypes) =>
  (self as unknown as { postMessage(message: FromTypes): void }).postMessage(message);

const notebooks = new Map<string, NotebookTypes>();
let library: Library;

async function readDeclarations(url: string): Promise<Declarations> {
  // A rebuilt site keeps the file's name: have the browser check whether its copy is current.
  const response = await fetch(url, { cache: 'no-cache' });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  return response.json();
}

async function start(settings: Settings): Promise<void> {
  const declarations = await readDeclarations(settings.declarations as string);
  library = new Library(ts, declarations, settings);
  // Reads libraries and modules before the first cell is checked.
  const imports = Object.keys(declarations.modules).map((name) => `import ${JSON.stringify(name)};`);
  new NotebookTypes(library, 'first').check(imports.join('\n'));
}

function check(types: NotebookTypes, code: string): OfTypes['check']['answer'] {
  const emitted = emit(ts, code);
  return { text: problemLines(types.check(code), code), ...(emitted && { emitted }) };
}

/** Handles a message; resolves to the reply, if any. */
async function answer(message: Exclude<ToTypes, { type: 'start' }>) {
  const { kernel } = message;
  const types = notebooks.get(kernel);
  switch (message.type) {
    case 'begin':
    case 'forget':
      types?.dispose();
      notebooks.delete(kernel);
      if (message.type === 'begin') notebooks.set(kernel, new NotebookTypes(library, kernel));
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

let ready: Promise<void>;

self.addEventListener('message', ({ data }: MessageEvent<ToTypes>) => {
  if (data.type === 'start') {
    ready = start(data.settings);
    ready.then(
      () => post({ type: 'ready' }),
      (error: Error) => post({ type: 'failed', message: error.message }),
    );
    return;
  }
  // If TypeScript throws, the reply is empty.
  ready
    .then(() => answer(data))
    .catch(console.warn)
    .then((content) => {
      if ('id' in data) post({ type: 'reply', id: data.id, content: content ?? undefined });
    });
});
