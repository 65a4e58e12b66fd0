/**
 * Runs cells on the kernel's core in Node, as the page and its workers do: type check, run, tell the types. A separate
 * program, because a session takes over the console. Reads `{ cells, modules, declarations }` as JSON, writes what each
 * cell showed.
 */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import * as ts from '@tslab/typescript-for-tslab';
import { problemLines } from '../core/hints';
import { Session } from '../jupyterlite/src/cells/session';
import type { Outcome } from '../jupyterlite/src/protocol';
import { emit } from '../jupyterlite/src/types/emit';
import { Library, NotebookTypes } from '../jupyterlite/src/types/notebook';
import type { Shown } from './cells';

interface Input {
  cells: string[];
  /** Path of each module, by its name. */
  modules: Record<string, string>;
  /** Path of the JSON of declarations. */
  declarations: string;
}

const write = process.stdout.write.bind(process.stdout);
const { cells, modules, declarations }: Input = JSON.parse(readFileSync(0, 'utf8'));
const byUrl = new Map(Object.entries(modules).map(([name, path]) => [pathToFileURL(path).href, name]));
// tslab's TypeScript, with its options.
const compiler = ts as unknown as ConstructorParameters<typeof Library>[0];
const settings = {
  strict: false,
  modules,
  siteUrl: 'http://localhost/',
} as const;
const library = new Library(compiler, JSON.parse(readFileSync(declarations, 'utf8')), settings);
const types = new NotebookTypes(library, 'notebook');

let shown: Shown = { status: '', stdout: '', stderr: '', displays: [] };
const ids: string[] = [];
const numberOf = (id: string) => (ids.includes(id) ? ids.indexOf(id) : ids.push(id) - 1);

const session = new Session({
  settings: { siteUrl: 'http://localhost/', items: 5 },
  folder: 'http://localhost/',
  post(message) {
    if (message.type === 'input') session.receiveInput(undefined);
    else if (message.type === 'stream') shown[message.name] += message.text;
    else if (message.type === 'display') {
      const { bundle, displayId: id, update } = message;
      shown.displays.push({ data: bundle.data, update, ...(id === undefined ? {} : { id: numberOf(id) }) });
    }
  },
  load(name) {
    const path = modules[name];
    return path ? import(pathToFileURL(path).href) : Promise.reject(new Error(`Cannot find module '${name}'`));
  },
  originOf(script) {
    const library = byUrl.get(script);
    return library === undefined ? undefined : { library };
  },
});
process.on('uncaughtException', (error) => session.reportUnawaited('UncaughtException', error));
process.on('unhandledRejection', (error) => session.reportUnawaited('UnhandledPromiseRejection', error));

async function execute(code: string, count: number): Promise<Outcome> {
  const problems = types.check(code);
  if (problems.length > 0) {
    shown.stderr += problemLines(problems, code);
    return { status: 'error', ename: 'TypeScript', evalue: '', traceback: [] };
  }
  types.starts(code);
  const outcome = await session.execute(code, count, emit(compiler, code));
  types.ended(outcome.status === 'ok' ? [] : (outcome.lost ?? 'all'));
  return outcome;
}

async function main() {
  const all: Shown[] = [];
  for (const [i, code] of cells.entries()) {
    shown = { status: '', stdout: '', stderr: '', displays: [] };
    const outcome = await execute(code, i + 1);
    shown.status = outcome.status;
    if (outcome.status === 'error') shown.ename = outcome.ename;
    all.push(shown);
  }
  write(JSON.stringify(all));
}
void main();
