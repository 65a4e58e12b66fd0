/** The worker that runs the cells of one kernel: what it is asked, what it answers, and its end. */
import type { KernelMessage } from '@jupyterlab/services';
import { restarted } from '../../../core/interrupts.cjs';
import type { FromCells, OfCells, Output, ToCells } from '../protocol';

/** Milliseconds that a cell has to stop after an interrupt. Then its worker is ended. */
const GRACE = 3000;

interface Request {
  resolve(content: unknown): void;
  isCell: boolean;
}

type Header = KernelMessage.IHeader | undefined;

export class CellWorker {
  ready!: Promise<void>;
  private worker!: Worker;
  /** A second one, which runs nothing: it says whether a cell is complete. */
  private reader: Worker | undefined;
  private requests = new Map<number, Request>();
  /** Of the messages that asked for a cell; its output goes there. */
  private headers = new Map<number, Header>();
  private next = 1;
  private deadline: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param script its URL
   * @param begin is called before each start; returns the first message
   * @param on what becomes of its output, and of the cell that runs when it is ended; called with what has asked for the cell
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
        if (data.type === 'ready') {
          resolve();
          this.on.ready();
        } else this.receive(data);
      };
    });
    this.post(first);
  }

  post(message: ToCells): void {
    this.worker.postMessage(message);
  }

  private receive(message: Exclude<FromCells, { type: 'ready' }>): void {
    if (message.type === 'reply') {
      const request = this.requests.get(message.id);
      this.requests.delete(message.id);
      if (request?.isCell) this.endGrace();
      request?.resolve(message.content);
    } else this.on.output(message, this.headers.get(message.id));
  }

  /** `header`: of the message that asks for a cell. Output belongs to it, and an interrupt is for this question. */
  ask<Type extends keyof OfCells>(
    type: Type,
    question: OfCells[Type]['question'],
    header?: Header,
  ): Promise<OfCells[Type]['answer']> {
    const id = this.next++;
    const isCell = type !== 'is-complete';
    if (isCell) this.headers.set(id, header);
    // Late output goes to the cell that ran last; those before it are not needed.
    for (const old of this.headers.keys()) if (old < id - 100) this.headers.delete(old);
    return new Promise((resolve) => {
      this.requests.set(id, { resolve: resolve as (content: unknown) => void, isCell });
      (isCell ? this.worker : this.reader)?.postMessage({ type, id, ...question } as ToCells);
    });
  }

  isComplete(code: string): Promise<OfCells['is-complete']['answer']> {
    if (!this.reader) {
      this.reader = new Worker(this.script, { type: 'module', name: 'TypeScript reader' });
      this.reader.onmessage = ({ data }) => this.receive(data);
      this.reader.onerror = () => {
        this.reader = undefined;
        this.answerAll(false, { status: 'unknown' });
      };
    }
    return this.ask('is-complete', { code });
  }

  private answerAll(ofCells: boolean, content: object): void {
    for (const [id, { isCell, resolve }] of this.requests) {
      if (isCell === ofCells && this.requests.delete(id)) resolve(content);
    }
  }

  /** Asks the running cell to stop; ends it after a while if it does not. */
  interrupt(): void {
    const [id] = [...this.requests].find(([, { isCell }]) => isCell) ?? [];
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
    this.end();
    const outcome = this.on.ended(text, this.headers.get(id));
    this.start();
    this.answerAll(true, outcome);
  }

  private end(): void {
    this.endGrace();
    this.worker.terminate();
  }

  dispose(): void {
    this.end();
    this.reader?.terminate();
  }
}
