/** The worker that knows the types. */
import * as ts from 'typescript';
import type { CompilerSettings, FromTypes, OfTypes, ToTypes } from '../protocol';
import { emit } from './emit';
import { createTypes, type Declarations, type NotebookTypes } from './notebook';
import { createRemote } from './remote';

const post = (message: FromTypes) =>
  (self as unknown as { postMessage(message: FromTypes): void }).postMessage(message);

const notebooks = new Map<string, NotebookTypes>();
let create: ReturnType<typeof createTypes>;
let settings: CompilerSettings;

async function start(url: string): Promise<void> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  const declarations = (await response.json()) as Declarations;
  create = createTypes(ts, declarations, settings, createRemote(ts));
  // Reads the libraries and modules, so the first cell that is checked need not wait for that.
  const imports = Object.keys(declarations.modules).map((name) => `import ${JSON.stringify(name)};`);
  create('first', url).check(imports.join('\n'));
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
  await types.prepare(message.code);
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
