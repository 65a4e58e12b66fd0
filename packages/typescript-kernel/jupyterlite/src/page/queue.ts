/**
 * Runs cells one after another, and answers other requests meanwhile. JupyterLite passes a kernel its next message when
 * the previous one is handled, so a cell counts as handled once it is in this queue.
 *
 * When a cell fails or is interrupted, JupyterLite drops those that wait: after a failure they stay marked as running, and
 * after an interrupt the next one shows an error although it never ran. Here each gets the reply "aborted", as from other
 * kernels, and a cell that may fail aborts none.
 */
import { KernelMessage } from '@jupyterlab/services';

type Message = KernelMessage.IMessage;
type Request = KernelMessage.IExecuteRequestMsg;

export class Queue {
  /** The message of the running cell. */
  running: Request | undefined;
  /** The id of the last question to the user. */
  asked: string | undefined;
  /** When a cell last failed or was interrupted: cells requested before are aborted. */
  private failedAt = Number.NEGATIVE_INFINITY;
  private stopsOthers = true;
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly post: (message: Message) => void) {}

  send(message: Message): void {
    const { header, content } = message as KernelMessage.IExecuteReplyMsg;
    if (message.channel === 'stdin') this.asked = header.msg_id;
    const hasFailed = header.msg_type === 'execute_reply' && content.status === 'error';
    if (hasFailed && this.stopsOthers) this.abortWaiting();
    // This mark keeps JupyterLite from dropping the waiting cells itself.
    this.post(hasFailed ? { ...message, metadata: { ...message.metadata, cause: 'interrupt' } } : message);
  }

  /** Sends a message that `BaseKernel` does not. */
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
   * Handles a message: a cell after those before it, anything else now. Resolves when the next message may come.
   */
  async take(message: Message, work: () => Promise<void>): Promise<void> {
    if (message.header.msg_type === 'execute_request') {
      this.last = this.last.then(() => this.run(message as Request, work)).catch(console.error);
      return;
    }
    await work();
    // The page takes the end of any request for that of the cell.
    if (this.running) this.status(this.running, 'busy');
  }

  /** Aborts the waiting cells. */
  abortWaiting(): void {
    this.failedAt = Date.now();
  }
}
