/** The page's side of the worker that runs the cells of a kernel: its requests, its replies, and its end. */
import type { KernelMessage } from '@jupyterlab/services';
import { restarted } from '../../../core/interrupts';
import type { FromCells, OfCells, Output, ToCells } from '../protocol';

/** Milliseconds that a cell has to stop after an interrupt, before its worker is terminated. */
const GRACE = 3000;

type Header = KernelMessage.IHeader | undefined;

export class CellWorker {
  ready!: Promise<void>;
  private worker!: Worker;
  /** The callback for each open request, in order. */
  private readonly waiting = new Map<number, (content: unknown) => void>();
  /** The headers of the messages that requested cells, to which outputs belong. */
  private readonly headers = new Map<number, Header>();
  private next = 1;
  private deadline: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param script its URL
   * @param begin called before each start; returns the first message
   * @param on handlers; `header` is that of the message that requested the cell
   */
  constructor(
    private readonly script: string,
    private readonly begin: () => ToCells,
    private readonly on: {
      ready(): void;
      output(message: Output & { id: number }, header: Header): void;
      /** Called when the worker was terminated, with the reason; returns the reply to open requests. */
      ended(text: string, header: Header): object;
    },
  ) {
    this.start();
  }

  private start(): void {
    const first = this.begin();
    const worker = new Worker(this.script, { type: 'module', name: 'TypeScript kernel' });
    this.worker = worker;
    this.ready = new Promise((resolve, reject) => {
      worker.onerror = (event) => reject(new Error(event.message ?? `${this.script} could not be loaded`));
      worker.onmessage = ({ data }: MessageEvent<FromCells>) => {
        // A late message of a terminated worker.
        if (worker !== this.worker) return;
        if (data.type === 'ready') {
          resolve();
          this.on.ready();
        } else if (data.type === 'reply') {
          this.endGrace();
          this.waiting.get(data.id)?.(data.content);
          this.waiting.delete(data.id);
        } else this.on.output(data, this.headers.get(data.id));
      };
    });
    this.post(first);
  }

  post(message: ToCells): void {
    this.worker.postMessage(message);
  }

  /** @param header of the message that requests a cell: outputs belong to it */
  ask<Type extends keyof OfCells>(
    type: Type,
    question: OfCells[Type]['question'],
    header: Header,
  ): Promise<OfCells[Type]['answer']> {
    const id = this.next++;
    this.headers.set(id, header);
    // Late outputs go to the last cell; older headers are not needed.
    this.headers.delete(id - 100);
    return new Promise((resolve) => {
      this.waiting.set(id, resolve as (content: unknown) => void);
      this.post({ type, id, ...question } as ToCells);
    });
  }

  /** Asks the running cell to stop; terminates the worker if it does not in time. */
  interrupt(): void {
    const [id] = this.waiting.keys();
    if (id === undefined) return;
    this.post({ type: 'interrupt' });
    // A second interrupt does not restart the timer.
    this.deadline ??= setTimeout(() => this.startAgain(id, restarted(GRACE)), GRACE);
  }

  private endGrace(): void {
    clearTimeout(this.deadline);
    this.deadline = undefined;
  }

  /** Terminates the worker with its running cell, and starts a new one. */
  startAgain(id: number, text: string): void {
    this.dispose();
    const outcome = this.on.ended(text, this.headers.get(id));
    this.start();
    for (const answer of this.waiting.values()) answer(outcome);
    this.waiting.clear();
  }

  dispose(): void {
    this.endGrace();
    this.worker.terminate();
  }
}
