/**
 * Cells run one after the other, and whatever else is asked meanwhile is answered at once. JupyterLite gives a kernel its next
 * message when it is done with the one before, so here a cell is done with when it waits in this queue.
 *
 * What becomes of the cells that wait when one fails or is interrupted: JupyterLite drops them. After a failure it says
 * nothing, so those cells stay marked as running, and after an interrupt the next cell shows an error although it never ran.
 * Here each is answered as aborted, as by other kernels, and a cell that may fail stops none.
 */
import type { KernelMessage } from '@jupyterlab/services';

type Message = KernelMessage.IMessage;
type Request = KernelMessage.IExecuteRequestMsg;

const isReply = (message: Message): message is KernelMessage.IExecuteReplyMsg =>
  message.header.msg_type === 'execute_reply';
const isRequest = (message: Message): message is Request => message.header.msg_type === 'execute_request';

const ABORTED = { status: 'aborted' } as unknown as KernelMessage.IExecuteReplyMsg['content'];

export class Queue {
  /** The message of the cell that runs. */
  running: Request | undefined;
  /** When a cell failed or was interrupted last: what was asked for before that is aborted. */
  private failedAt = Number.NEGATIVE_INFINITY;
  private stopsOthers = true;
  private last: Promise<void> = Promise.resolve();

  /** @param post what takes the messages */
  constructor(private readonly post: (message: Message) => void) {}

  /** Passes a message of the kernel on to the page. */
  send(message: Message): void {
    const hasFailed = isReply(message) && message.content.status === 'error';
    if (hasFailed && this.stopsOthers) this.failedAt = Date.now();
    // By this mark JupyterLite takes it that the cells which wait are taken care of.
    this.post(hasFailed ? { ...message, metadata: { ...message.metadata, cause: 'interrupt' } } : message);
  }

  /** Sends a message that belongs to one of the page; `id` names it. */
  answer<Answer extends Message>(
    { header: to }: Message,
    channel: Answer['channel'],
    type: Answer['header']['msg_type'],
    content: Answer['content'],
    id = `${to.msg_id}-${type}`,
  ): void {
    const header = { ...to, msg_id: id, msg_type: type, date: new Date().toISOString() };
    this.post({ channel, header, parent_header: to, metadata: {}, content, buffers: [] } as unknown as Message);
  }

  private status(to: Message, state: 'busy' | 'idle'): void {
    const id = `${to.header.msg_id}-status-${state}`;
    this.answer<KernelMessage.IStatusMsg>(to, 'iopub', 'status', { execution_state: state }, id);
  }

  private async run(message: Request, work: () => Promise<void>): Promise<void> {
    if (Date.parse(message.header.date) <= this.failedAt) {
      this.status(message, 'busy');
      this.answer<KernelMessage.IExecuteReplyMsg>(message, 'shell', 'execute_reply', ABORTED);
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
   * Does what a message asks for: a cell when those before it have ended, anything else now. Resolves when the next message
   * may come.
   */
  async take(message: Message, work: () => Promise<void>): Promise<void> {
    if (isRequest(message)) {
      this.last = this.last.then(() => this.run(message, work)).catch(console.error);
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
