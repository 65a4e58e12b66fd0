/**
 * Cells run one after the other, and whatever else is asked meanwhile is answered at once. JupyterLite gives a kernel its next
 * message when it is done with the one before, so here a cell is done with when it waits in this queue.
 *
 * What becomes of the cells that wait when one fails or is interrupted: JupyterLite drops them. After a failure it says
 * nothing, so those cells stay marked as running, and after an interrupt the next cell shows an error although it never ran.
 * Here each is answered as aborted, as by other kernels, and a cell that may fail stops none.
 */
import type { Message } from './jupyterlite';

export interface Queue {
  /** Passes a message of the kernel on to the page. */
  send(message: Message): void;
  /** Sends a message that belongs to one of the page; `id` names it. */
  answer(to: Message, channel: string, type: string, content: Message['content'], id?: string): void;
  /**
   * Does what a message asks for: a cell when those before it have ended, anything else now. Resolves when the next message
   * may come.
   */
  take(message: Message, work: () => Promise<void>): Promise<void>;
  /** An interrupt: none of the cells that wait is run. */
  abortWaiting(): void;
  /** The message of the cell that runs. */
  readonly running: Message | undefined;
}

/** @param send what takes the messages */
export function createQueue(send: (message: Message) => void): Queue {
  /** When a cell failed or was interrupted last: what was asked for before that is aborted. */
  let failedAt = Number.NEGATIVE_INFINITY;
  let stopsOthers = true;
  let running: Message | undefined;
  let last: Promise<void> = Promise.resolve();

  const answer: Queue['answer'] = (to, channel, type, content, id) => {
    const { session, username, version } = to.header;
    const msg_id = id ?? `${to.header.msg_id}-${type}-${String(content.execution_state ?? '')}`;
    const header = { msg_id, msg_type: type, session, username, version, date: new Date().toISOString() };
    send({ channel, header, parent_header: to.header, metadata: {}, content, buffers: [] });
  };
  const status = (to: Message, state: 'busy' | 'idle') => answer(to, 'iopub', 'status', { execution_state: state });

  async function run(message: Message, work: () => Promise<void>): Promise<void> {
    if (Date.parse(message.header.date) <= failedAt) {
      status(message, 'busy');
      answer(message, 'shell', 'execute_reply', { status: 'aborted' });
      status(message, 'idle');
      return;
    }
    stopsOthers = message.content.stop_on_error !== false;
    running = message;
    try {
      await work();
    } finally {
      running = undefined;
    }
  }

  return {
    get running() {
      return running;
    },
    send(message) {
      if (message.header.msg_type !== 'execute_reply' || message.content.status !== 'error') return send(message);
      if (stopsOthers) failedAt = Date.now();
      // By this mark JupyterLite takes it that the cells which wait are taken care of.
      send({ ...message, metadata: { ...message.metadata, cause: 'interrupt' } });
    },
    answer,
    abortWaiting() {
      failedAt = Date.now();
    },
    async take(message, work) {
      if (message.header.msg_type === 'execute_request') {
        last = last.then(() => run(message, work)).catch(console.error);
        return;
      }
      await work();
      // The page takes the end of any message for the kernel's.
      if (running) status(running, 'busy');
    },
  };
}
