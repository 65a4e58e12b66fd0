/**
 * What becomes of the cells that wait when one fails or is interrupted. JupyterLite drops whatever waits: after a failure it
 * tells nobody, so those cells stay marked as running, and after an interrupt the next cell shows an error although it never
 * ran. Here each is answered as aborted, as by other kernels, and a cell that may fail stops none.
 */
import type { Message } from './jupyterlite';

export interface Queue {
  /** Passes a message of the kernel on to the page. */
  send(message: Message): void;
  /** An interrupt: none of the cells that wait is run. */
  abortWaiting(): void;
  /** Whether a message asks for a cell that waited when another failed or was interrupted; if so, it has been answered. */
  isAborted(message: Message): boolean;
}

/** @param send what takes the messages */
export function createQueue(send: (message: Message) => void): Queue {
  /** When a cell failed or was interrupted last: what was asked for before that is aborted. */
  let failedAt = Number.NEGATIVE_INFINITY;
  let stopsOthers = true;

  const answer = (to: Message, channel: string, type: string, content: Message['content']) => {
    const { session, username, version } = to.header;
    const id = `${to.header.msg_id}-${type}-${String(content.execution_state ?? '')}`;
    const header = { msg_id: id, msg_type: type, session, username, version, date: new Date().toISOString() };
    send({ channel, header, parent_header: to.header, metadata: {}, content, buffers: [] });
  };

  return {
    send(message) {
      if (message.header.msg_type !== 'execute_reply' || message.content.status !== 'error') return send(message);
      if (stopsOthers) failedAt = Date.now();
      // By this mark JupyterLite takes it that the cells which wait are taken care of.
      send({ ...message, metadata: { ...message.metadata, cause: 'interrupt' } });
    },
    abortWaiting() {
      failedAt = Date.now();
    },
    isAborted(message) {
      if (message.header.msg_type !== 'execute_request') return false;
      if (Date.parse(message.header.date) > failedAt) {
        stopsOthers = message.content.stop_on_error !== false;
        return false;
      }
      answer(message, 'iopub', 'status', { execution_state: 'busy' });
      answer(message, 'shell', 'execute_reply', { status: 'aborted' });
      answer(message, 'iopub', 'status', { execution_state: 'idle' });
      return true;
    },
  };
}
