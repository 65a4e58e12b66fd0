/** The page's side of the worker that knows the types. One serves all kernels of the page. */
import type { FromTypes, Lost, OfTypes, ToTypes } from '../protocol';
import { PLUGIN, type Settings } from './settings';

export class TypesClient {
  /**
   * Resolves when it has loaded, or when it is known that it never will. Until it has loaded, questions are answered with
   * undefined at once.
   */
  readonly settled: Promise<void>;
  private settle = () => {};
  private readonly waiting = new Map<number, (content: unknown) => void>();
  private worker: Worker | undefined;
  private isReady = false;
  private next = 1;
  /** What cells said before there was a worker. */
  private readonly early: ToTypes[] = [];
  private readonly hasNone: boolean;

  /**
   * @param script URL of the worker
   * @param settings without declarations in them nothing is ever loaded; their `faults` get what turns out to be wrong in them
   */
  constructor(
    private readonly script: string,
    private readonly settings: Settings,
  ) {
    this.hasNone = settings.declarations.length === 0;
    this.settled = new Promise((resolve) => {
      this.settle = resolve;
    });
    if (this.hasNone) this.settle();
  }

  private fail(message: string): void {
    console.warn(`No types in TypeScript cells: ${message}`);
    this.isReady = false;
    this.settle();
    for (const answer of this.waiting.values()) answer(undefined);
    this.waiting.clear();
  }

  private send(message: ToTypes): void {
    if (this.worker) this.worker.postMessage(message);
    else if (!this.hasNone) this.early.push(message);
  }

  private ask<Type extends keyof OfTypes>(
    type: Type,
    question: OfTypes[Type]['question'],
  ): Promise<OfTypes[Type]['answer'] | undefined> {
    if (!this.isReady) return Promise.resolve(undefined);
    const id = this.next++;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve as (content: unknown) => void);
      this.send({ type, id, ...question } as ToTypes);
    });
  }

  private receive(message: FromTypes): void {
    if (message.type === 'ready') {
      this.isReady = true;
      this.settings.faults.push(...message.faults.map((fault) => `${PLUGIN}: ${fault}`));
      this.settle();
    } else if (message.type === 'failed') this.fail(message.message);
    else {
      this.waiting.get(message.id)?.(message.content);
      this.waiting.delete(message.id);
    }
  }

  /** Starts to load, unless it has. */
  load(): void {
    if (this.worker || this.hasNone) return;
    this.worker = new Worker(this.script, { type: 'module', name: 'TypeScript types' });
    this.worker.onerror = (event) => this.fail(event.message ?? `${this.script} could not be loaded`);
    this.worker.onmessage = ({ data }: MessageEvent<FromTypes>) => this.receive(data);
    this.worker.postMessage({ type: 'start', settings: this.settings } satisfies ToTypes);
    for (const message of this.early.splice(0)) this.worker.postMessage(message);
  }

  check = (kernel: string, code: string) => this.ask('check', { kernel, code });
  complete = (kernel: string, code: string, position: number) => this.ask('complete', { kernel, code, position });
  inspect = (kernel: string, code: string, position: number) => this.ask('inspect', { kernel, code, position });
  /** A cell runs: its names are known from now on. */
  starts = (kernel: string, code: string) => this.send({ type: 'starts', kernel, code });
  /** It has ended: its names stay, except those that it did not reach. */
  ended = (kernel: string, lost: Lost) => this.send({ type: 'ended', kernel, lost });
  /** A kernel begins, without variables; `folder` is the URL of that of its notebook, below `files/` of the site. */
  begin = (kernel: string, folder: string) => this.send({ type: 'begin', kernel, folder });
  /** A kernel has ended. */
  forget = (kernel: string) => this.send({ type: 'forget', kernel });
}
