/**
 * Cells run one after the other, and whatever else is asked meanwhile is answered at once. JupyterLite gives a kernel
 * its next message when it is done with the one before, so here a cell is done with when it waits in this queue.
 *
 * What becomes of the cells that wait when one fails or is interrupted: JupyterLite drops them. After a failure it says
 * nothing, so those cells stay marked as running, and after an interrupt the next cell shows an error although it never
 * ran. Here each is answered as aborted, as by other kernels, and a cell that may fail stops none.
 */
import { KernelMessage } from '@jupyterlab/services';

type Message = KernelMessage.IMessage;
type Request = KernelMessage.IExecuteRequestMsg;

export class Queue {
  /** The message of the cell that runs. */
  running: Request | undefined;
  /** Names the question to the person at the page that was asked last. */
  asked: string | undefined;
  /** When a cell failed or was interrupted last: what was asked for before that is aborted. */
  private failedAt = Number.NEGATIVE_INFINITY;
  private stopsOthers = true;
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly post: (message: Message) => void) {}

  send(message: Message): void {
    const { header, content } = message as KernelMessage.IExecuteReplyMsg;
    if (message.channel === 'stdin') this.asked = header.msg_id;
    const hasFailed = header.msg_type === 'execute_reply' && content.status === 'error';
    if (hasFailed && this.stopsOthers) this.abortWaiting();
    // By this mark JupyterLite takes it that the cells which wait are taken care of.
    this.post(hasFailed ? { ...message, metadata: { ...message.metadata, cause: 'interrupt' } } : message);
  }

  /** Sends what `BaseKernel` does not. */
  answer({ header: to }: Message, channel: 'shell' | 'iopub', msgType: string, content: object): void {
    const options = { channel, msgType, content, session: to.session, parentHeader: to };
    this.post(KernelMessage.createMessage(options as unknown as KernelMessage.IOptions<KernelMessage.IStatusMsg>));
  }

  private status(to: Message, execution_state: 'busy' | 'idle'): void {
    this.answer(to, 'iopub', 'status', { execution_state });
  }

  private async run(message: Request, work: () => Promise<void>): Promise<void> {
    if (Date.parse(message.header.date) <= this.failedAt) {
      this.status(message, 'busy');
      this.answer(message, 'shell', 'execute_reply', { status: 'aborted' });
      this.status(message, 'idle');
      return;
    }
    this.stopsOthers = message.content.stop_on_error !== false;
    this.running = message;
    try {
      await work();
    } finally {
      this.running = undefined;
    }
  }

  /**
   * Does what a message asks for: a cell when those before it have ended, anything else now. Resolves when the next
   * message may come.
   */
  async take(message: Message, work: () => Promise<void>): Promise<void> {
    if (message.header.msg_type === 'execute_request') {
      this.last = this.last.then(() => this.run(message as Request, work)).catch(console.error);
      return;
    }
    await work();
    // The page takes the end of any message for the kernel's.
    if (this.running) this.status(this.running, 'busy');
  }

  /** An interrupt: none of the cells that wait is run. */
  abortWaiting(): void {
    this.failedAt = Date.now();
  }
}
