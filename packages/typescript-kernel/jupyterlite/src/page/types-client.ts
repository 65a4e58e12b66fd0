/** The page's side of the worker that knows the types. One serves all kernels of the page. */
import type { Completions, FromTypes, Lost, OfTypes, ToTypes } from '../protocol';
import { PLUGIN, type Settings } from './settings';

export interface TypesClient {
  /**
   * Resolves when it has loaded, or when it is known that it never will. Until it has loaded, questions are answered with
   * undefined at once.
   */
  readonly settled: Promise<void>;
  /** Starts to load, unless it has. */
  load(): void;
  check(kernel: string, code: string): Promise<OfTypes['check']['answer'] | undefined>;
  complete(kernel: string, code: string, position: number): Promise<Completions | undefined>;
  inspect(kernel: string, code: string, position: number): Promise<string | null | undefined>;
  /** A cell runs: its names are known from now on. */
  starts(kernel: string, code: string): void;
  /** It has ended: its names stay, except those that it did not reach. */
  ended(kernel: string, lost: Lost): void;
  /** A kernel begins, without variables; `folder` is the URL of that of its notebook, below `files/` of the site. */
  begin(kernel: string, folder: string): void;
  /** A kernel has ended. */
  forget(kernel: string): void;
}

/**
 * @param script URL of the worker
 * @param settings without declarations in them nothing is ever loaded; their `faults` get what turns out to be wrong in them
 */
export function createTypesClient(
  script: string,
  { declarations, faults, modules, cdn, lib, siteUrl, strict, experimentalDecorators, typeErrors }: Settings,
): TypesClient {
  const waiting = new Map<number, (content: unknown) => void>();
  let worker: Worker | undefined;
  let isReady = false;
  let settle = () => {};
  const settled = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const hasNone = declarations.length === 0;
  if (hasNone) settle();
  let next = 1;
  // What cells said before there was a worker.
  const early: ToTypes[] = [];

  const fail = (message: string) => {
    console.warn(`No types in TypeScript cells: ${message}`);
    isReady = false;
    settle();
    for (const answer of waiting.values()) answer(undefined);
    waiting.clear();
  };
  const send = (message: ToTypes) => {
    if (worker) worker.postMessage(message);
    else if (!hasNone) early.push(message);
  };

  function ask<Type extends keyof OfTypes>(
    type: Type,
    question: OfTypes[Type]['question'],
  ): Promise<OfTypes[Type]['answer'] | undefined> {
    if (!isReady) return Promise.resolve(undefined);
    const id = next++;
    return new Promise((resolve) => {
      waiting.set(id, resolve as (content: unknown) => void);
      send({ type, id, ...question } as ToTypes);
    });
  }

  function load(): void {
    if (worker || hasNone) return;
    worker = new Worker(script, { type: 'module', name: 'TypeScript types' });
    worker.onerror = (event) => fail(event.message ?? `${script} could not be loaded`);
    worker.onmessage = ({ data }: MessageEvent<FromTypes>) => {
      if (data.type === 'ready') {
        isReady = true;
        faults.push(...data.faults.map((fault) => `${PLUGIN}: ${fault}`));
        settle();
      } else if (data.type === 'failed') fail(data.message);
      else {
        waiting.get(data.id)?.(data.content);
        waiting.delete(data.id);
      }
    };
    const settings = { modules, cdn, lib, siteUrl, strict, experimentalDecorators, typeErrors };
    worker.postMessage({ type: 'start', declarations, settings } satisfies ToTypes);
    for (const message of early.splice(0)) worker.postMessage(message);
  }

  return {
    settled,
    load,
    check: (kernel, code) => ask('check', { kernel, code }),
    complete: (kernel, code, position) => ask('complete', { kernel, code, position }),
    inspect: (kernel, code, position) => ask('inspect', { kernel, code, position }),
    starts: (kernel, code) => void send({ type: 'starts', kernel, code }),
    ended: (kernel, lost) => void send({ type: 'ended', kernel, lost }),
    begin: (kernel, folder) => void send({ type: 'begin', kernel, folder }),
    forget: (kernel) => void send({ type: 'forget', kernel }),
  };
}
