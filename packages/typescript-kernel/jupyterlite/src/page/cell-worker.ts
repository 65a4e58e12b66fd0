/** The worker that runs the cells of one kernel: what it is asked, what it answers, and its end. */
import type { KernelMessage } from '@jupyterlab/services';
import { restarted } from '../../../core/interrupts';
import type { FromCells, OfCells, Output, ToCells } from '../protocol';

/** Milliseconds that a cell has to stop after an interrupt. Then its worker is ended. */
const GRACE = 3000;

type Header = KernelMessage.IHeader | undefined;

export class CellWorker {
  ready!: Promise<void>;
  private worker!: Worker;
  /** What takes the answer to each question, in the order in which they were asked. */
  private readonly waiting = new Map<number, (content: unknown) => void>();
  /** Of the messages that asked for a cell; its output goes there. */
  private readonly headers = new Map<number, Header>();
  private next = 1;
  private deadline: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param script its URL
   * @param begin is called before each start; returns the first message
   * @param on what becomes of its output, and of the cell that runs when it is ended; called with what has asked for
   *   the cell
   */
  constructor(
    private readonly script: string,
    private readonly begin: () => ToCells,
    private readonly on: {
      ready(): void;
      output(message: Output & { id: number }, header: Header): void;
      /** Says why; returns the answer to what was asked of it. */
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
        // Of one that was ended, what was on its way.
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

  /** @param header of the message that asks for a cell: output belongs to it */
  ask<Type extends keyof OfCells>(
    type: Type,
    question: OfCells[Type]['question'],
    header: Header,
  ): Promise<OfCells[Type]['answer']> {
    const id = this.next++;
    this.headers.set(id, header);
    // Late output goes to the cell that ran last; those before it are not needed.
    this.headers.delete(id - 100);
    return new Promise((resolve) => {
      this.waiting.set(id, resolve as (content: unknown) => void);
      this.post({ type, id, ...question } as ToCells);
    });
  }

  /** Asks the running cell to stop; ends it after a while if it does not. */
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

  /** Ends the worker, whatever it does, and the cell that runs in it. */
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
