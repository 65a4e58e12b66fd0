/** The open comms of a kernel, on the side of the page. */
import { bytesOf, type CommEvent } from '../protocol';
import type { BaseKernel, Message } from './jupyterlite';

type Content = { comm_id: string; target_name?: string; data: unknown };

export class Comms {
  /** Names of targets, by the ids of comms. */
  private targets = new Map<string, string>();

  constructor(
    private readonly page: BaseKernel,
    /** Sends to the cells. */
    private readonly post: (event: CommEvent) => void,
  ) {}

  private note({ type, id, target = '' }: CommEvent): void {
    if (type === 'comm_open') this.targets.set(id, target);
    if (type === 'comm_close') this.targets.delete(id);
  }

  send(event: CommEvent, header?: unknown): void {
    this.note(event);
    const { type, id, target, data, metadata = {}, buffers } = event;
    const name = target === undefined ? {} : { target_name: target };
    this.page.handleComm(type, { comm_id: id, data, ...name }, metadata, buffers, header);
  }

  receive({ header, content, metadata, buffers = [] }: Message): void {
    const { comm_id: id, target_name: target, data } = content as unknown as Content;
    const type = header.msg_type as CommEvent['type'];
    const event = { type, id, target, data, metadata, buffers: buffers.map(bytesOf) };
    this.note(event);
    this.post(event);
  }

  closeAll(header: unknown): void {
    for (const id of this.targets.keys()) this.send({ type: 'comm_close', id, data: {}, buffers: [] }, header);
  }

  /** What is open, of one target or of all, as Jupyter's messages have it. */
  list(wanted: unknown): Message['content'] {
    const found = [...this.targets].filter(([, target]) => wanted === undefined || target === wanted);
    return { status: 'ok', comms: Object.fromEntries(found.map(([id, target]) => [id, { target_name: target }])) };
  }
}
