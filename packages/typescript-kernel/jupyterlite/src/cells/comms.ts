/** Jupyter's comms: channels between cells and what runs in the page, such as the view of a widget. */
import { bytesOf, type CommEvent } from '../protocol';
import type { Comm, onComm, openComm } from '../types/kernel';

type Listener = Parameters<Comm['onMessage']>[0];

/**
 * What the page will get, or an error now.
 * @throws if it is not JSON
 */
const plain = (data: unknown) => JSON.parse(JSON.stringify(data ?? {}));

export class Comms {
  private readonly targets = new Map<string, Parameters<typeof onComm>[1]>();
  private readonly listeners = new Map<string, { hear: Listener; end: Listener }>();

  /** @param post sends to the page */
  constructor(private readonly post: (event: CommEvent) => void) {}

  private make(id: string, target: string): Comm {
    const own: { hear: Listener; end: Listener } = { hear: () => {}, end: () => {} };
    this.listeners.set(id, own);
    const send = (type: CommEvent['type'], data: unknown, buffers: ArrayBufferView[] = []) => {
      if (!this.listeners.has(id)) throw new Error(`The comm of '${target}' is closed`);
      this.post({ type, id, data: plain(data), buffers: buffers.map(bytesOf) });
    };
    return {
      id,
      target,
      send: (data, buffers) => send('comm_msg', data, buffers),
      close: (data) => {
        send('comm_close', data);
        this.listeners.delete(id);
      },
      onMessage(listener) {
        own.hear = listener;
      },
      onClose(listener) {
        own.end = listener;
      },
    };
  }

  readonly openComm: typeof openComm = (target, { data, metadata, buffers = [] } = {}) => {
    const id = crypto.randomUUID();
    const given = { data: plain(data), metadata: plain(metadata), buffers: buffers.map(bytesOf) };
    this.post({ type: 'comm_open', id, target, ...given });
    return this.make(id, target);
  };

  readonly onComm: typeof onComm = (target, listener) => void this.targets.set(target, listener);

  receive({ type, id, target = '', data, buffers }: CommEvent): void {
    if (type === 'comm_open') {
      const listener = this.targets.get(target);
      if (listener) listener(this.make(id, target), data, buffers);
      // As Jupyter's protocol wants it of who does not know the name.
      else this.post({ type: 'comm_close', id, data: {}, buffers: [] });
      return;
    }
    const listeners = this.listeners.get(id);
    if (type === 'comm_close') this.listeners.delete(id);
    if (type === 'comm_msg') listeners?.hear(data, buffers);
    else listeners?.end(data, buffers);
  }
}
