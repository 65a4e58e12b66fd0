/** Jupyter's comms: channels between cells and what runs in the page, such as the view of a widget. */
import { bytesOf, type CommEvent } from '../protocol';
import type { Comm, onComm, openComm } from '../types/kernel';

type Listener = Parameters<Comm['onMessage']>[0];

/** Both ends of all comms, on the side of the cells. */
export interface Comms {
  open: typeof openComm;
  onOpen: typeof onComm;
  receive(event: CommEvent): void;
}

/**
 * What the page will get, or an error now.
 * @throws if it is not JSON
 */
const plain = (data: unknown) => JSON.parse(JSON.stringify(data ?? {}));

/** @param post sends to the page */
export function createComms(post: (event: CommEvent) => void): Comms {
  const targets = new Map<string, Parameters<typeof onComm>[1]>();
  const open = new Map<string, { hear: Listener; end: Listener }>();

  function make(id: string, target: string): Comm {
    const listeners: { hear: Listener; end: Listener } = { hear: () => {}, end: () => {} };
    open.set(id, listeners);
    const send = (type: CommEvent['type'], data: unknown, buffers: ArrayBufferView[] = []) => {
      if (!open.has(id)) throw new Error(`The comm of '${target}' is closed`);
      post({ type, id, data: plain(data), buffers: buffers.map(bytesOf) });
    };
    return {
      id,
      target,
      send: (data, buffers) => send('comm_msg', data, buffers),
      close(data) {
        send('comm_close', data);
        open.delete(id);
      },
      onMessage(listener) {
        listeners.hear = listener;
      },
      onClose(listener) {
        listeners.end = listener;
      },
    };
  }

  return {
    open(target, { data, metadata = {}, buffers = [] } = {}) {
      const id = crypto.randomUUID();
      post({
        type: 'comm_open',
        id,
        target,
        data: plain(data),
        metadata: plain(metadata),
        buffers: buffers.map(bytesOf),
      });
      return make(id, target);
    },
    onOpen: (target, listener) => void targets.set(target, listener),
    receive({ type, id, target = '', data, buffers }) {
      if (type === 'comm_open') {
        const listener = targets.get(target);
        if (listener) listener(make(id, target), data, buffers);
        // As Jupyter's protocol wants it of who does not know the name.
        else post({ type: 'comm_close', id, data: {}, buffers: [] });
        return;
      }
      const listeners = open.get(id);
      if (type === 'comm_msg') return listeners?.hear(data, buffers);
      open.delete(id);
      listeners?.end(data, buffers);
    },
  };
}
