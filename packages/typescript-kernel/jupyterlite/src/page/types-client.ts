/** The page's side of the types' worker, which serves all kernels of the page. */
import type { FromTypes, OfTypes, Settings, ToTypes } from '../protocol';

export class TypesClient {
  /** Resolves when it has loaded or failed to. Before, requests are answered with undefined at once. */
  readonly settled: Promise<void>;
  private settle = () => {};
  private readonly waiting = new Map<number, (content: unknown) => void>();
  private worker: Worker | undefined;
  private isReady = false;
  private next = 1;
  /** Messages from before the worker was started. */
  private readonly early: ToTypes[] = [];

  /**
   * @param script URL of the worker
   * @param settings without declarations, nothing is loaded
   */
  constructor(
    private readonly script: string,
    private readonly settings: Settings,
  ) {
    this.settled = new Promise((resolve) => {
      this.settle = resolve;
    });
    if (settings.declarations === undefined) this.settle();
  }

  private fail(message: string): void {
    console.warn(`No types in TypeScript cells: ${message}`);
    this.isReady = false;
    this.settle();
    for (const answer of this.waiting.values()) answer(undefined);
    this.waiting.clear();
  }

  send(message: ToTypes): void {
    if (this.worker) this.worker.postMessage(message);
    else if (this.settings.declarations !== undefined) this.early.push(message);
  }

  ask<Type extends keyof OfTypes>(
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
      this.settle();
    } else if (message.type === 'failed') this.fail(message.message);
    else {
      this.waiting.get(message.id)?.(message.content);
      this.waiting.delete(message.id);
    }
  }

  /** Starts the worker, unless it is started. */
  load(): void {
    if (this.worker || this.settings.declarations === undefined) return;
    this.worker = new Worker(this.script, { type: 'module', name: 'TypeScript types' });
    this.worker.onerror = (event) => this.fail(event.message ?? `${this.script} could not be loaded`);
    this.worker.onmessage = ({ data }: MessageEvent<FromTypes>) => this.receive(data);
    this.worker.postMessage({ type: 'start', settings: this.settings } satisfies ToTypes);
    for (const message of this.early.splice(0)) this.worker.postMessage(message);
  }
}
