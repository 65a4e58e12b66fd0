/** The worker that knows the types. */
import * as ts from 'typescript';
import type { CompilerSettings, FromTypes, OfTypes, ToTypes } from '../protocol';
import { emit } from './emit';
import { createTypes, type Declarations, type NotebookTypes } from './notebook';

const post = (message: FromTypes) =>
  (self as unknown as { postMessage(message: FromTypes): void }).postMessage(message);

const notebooks = new Map<string, NotebookTypes>();
let create: (name: string) => NotebookTypes;
let settings: CompilerSettings;

function notebook(kernel: string): NotebookTypes {
  const found = notebooks.get(kernel) ?? create(kernel);
  notebooks.set(kernel, found);
  return found;
}

async function start(url: string): Promise<void> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  const declarations = (await response.json()) as Declarations;
  create = createTypes(ts, declarations, settings);
  // Reads the libraries and modules, so the first cell that is checked need not wait for that.
  const imports = Object.keys(declarations.modules).map((name) => `import ${JSON.stringify(name)};`);
  create('first').check(imports.join('\n'));
}

/** Does what is asked; returns the answer, if the message wants one. */
function answer(message: Exclude<ToTypes, { type: 'start' }>): OfTypes[keyof OfTypes]['answer'] | undefined {
  const { kernel } = message;
  if (message.type === 'forget') {
    notebooks.get(kernel)?.dispose();
    notebooks.delete(kernel);
    return undefined;
  }
  const types = notebook(kernel);
  if (message.type === 'starts') {
    types.starts(message.code);
    return undefined;
  }
  if (message.type === 'ended') {
    types.ended(message.lost);
    return undefined;
  }
  if (message.type === 'check') {
    const emitted = emit(ts, message.code, settings.experimentalDecorators);
    return { problems: types.check(message.code), ...(emitted ? { emitted } : {}) };
  }
  if (message.type === 'complete') return types.complete(message.code, message.position);
  return types.inspect(message.code, message.position);
}

let ready: Promise<void> = Promise.resolve();

self.addEventListener('message', ({ data }: MessageEvent<ToTypes>) => {
  if (data.type === 'start') {
    settings = data.settings;
    ready = start(data.declarations);
    ready.then(
      () => post({ type: 'ready' }),
      (error: Error) => post({ type: 'failed', message: error.message }),
    );
    return;
  }
  // In the order in which they came. A question that TypeScript trips over is answered with nothing.
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
