/** The open comms of a kernel, on the side of the page. */
import type { KernelMessage } from '@jupyterlab/services';
import { bytesOf, type CommEvent } from '../protocol';

export type CommMessage = KernelMessage.ICommOpenMsg | KernelMessage.ICommMsgMsg | KernelMessage.ICommCloseMsg;

type Send = (
  type: CommEvent['type'],
  content: CommMessage['content'],
  metadata: CommMessage['metadata'],
  buffers: ArrayBuffer[],
  header?: KernelMessage.IHeader,
) => void;

export class Comms {
  /** Names of targets, by the ids of comms. */
  private targets = new Map<string, string>();

  constructor(
    private readonly post: (event: CommEvent) => void,
    private readonly toPage: Send,
  ) {}

  private note({ type, id, target = '' }: CommEvent): void {
    if (type === 'comm_open') this.targets.set(id, target);
    if (type === 'comm_close') this.targets.delete(id);
  }

  send(event: CommEvent, header?: KernelMessage.IHeader): void {
    this.note(event);
    const { type, id, target, data, metadata = {}, buffers } = event;
    const name = target === undefined ? {} : { target_name: target };
    const content = { comm_id: id, data, ...name } as CommMessage['content'];
    this.toPage(type, content, metadata as CommMessage['metadata'], buffers, header);
  }

  receive({ header, content, metadata, buffers = [] }: CommMessage): void {
    const { comm_id: id, target_name: target, data } = content as KernelMessage.ICommOpenMsg['content'];
    const event = { type: header.msg_type, id, target, data, metadata, buffers: buffers.map(bytesOf) };
    this.note(event);
    this.post(event);
  }

  closeAll(header?: KernelMessage.IHeader): void {
    for (const id of this.targets.keys()) this.send({ type: 'comm_close', id, data: {}, buffers: [] }, header);
  }

  /** What is open, of one target or of all, as Jupyter's messages have it. */
  list(wanted?: string): KernelMessage.ICommInfoReplyMsg['content'] {
    const found = [...this.targets].filter(([, target]) => wanted === undefined || target === wanted);
    return { status: 'ok', comms: Object.fromEntries(found.map(([id, target]) => [id, { target_name: target }])) };
  }
}
