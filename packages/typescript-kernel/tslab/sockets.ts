// Four patches of the kernel's sockets:
// - zeromq accepts some 500 messages per turn of the event loop, and tslab drops those that it refuses. A loop that prints
//   a thousand lines would lose half of them, and with them the message that the cell has ended: JupyterLab would wait for
//   ever. Here refused messages are queued.
// - Jupyter picks a kernel's ports before the kernel binds them. If another program took one meanwhile, tslab would run
//   without that channel, and its clients would wait for ever. Here the kernel exits, and JupyterLab restarts it on other
//   ports.
// - A bound socket receives messages at once, but zeromq refuses to send or receive until the callback of the bind has run.
//   On a busy machine that is later, and tslab, whose loop has then ended, would never answer. Here both wait for the bind.
// - With Unix sockets (`transport = "ipc"`) Jupyter connects to PATH-1, but tslab binds PATH:1.
import { writeSync } from 'node:fs';

/** The methods of zeromq sockets that tslab uses; each kind has some of them. */
interface Socket {
  bind(address: string): Promise<void>;
  receive(): Promise<unknown>;
  send(message: unknown): Promise<void>;
}

type SocketClass = new (options?: { sendHighWaterMark: number }) => Socket;

/** A publisher that queues messages which cannot be sent yet. */
function queueing(Publisher: SocketClass) {
  const waiting: unknown[] = []; // a kernel has one publisher
  return class extends Publisher {
    constructor() {
      super({ sendHighWaterMark: 0 }); // no limit, above which it would silently drop messages
    }

    override async send(message: unknown) {
      if (waiting.length === 0) {
        const error = await errorOf(super.send.bind(this), message);
        if (error?.code !== 'EBUSY') return; // sent, or the socket is closed
      }
      waiting.push(message);
      if (waiting.length > 1) return;
      const send = super.send.bind(this);
      // Includes messages that arrive meanwhile.
      for (const next of waiting) {
        while ((await errorOf(send, next))?.code === 'EBUSY') await new Promise(setImmediate);
      }
      waiting.length = 0;
    }
  };
}

/** A socket that exits the process if its port is taken, and waits until it is bound. */
function waitingForBind(Socket: SocketClass) {
  const binding = new WeakMap<object, ReturnType<typeof errorOf>>(); // sockets of zeromq cannot have fields
  return class extends Socket {
    override async bind(address: string) {
      const result = errorOf(super.bind.bind(this), address.replace(/^(ipc:.*):(\d+)$/, '$1-$2'));
      binding.set(this, result);
      const error = await result;
      binding.delete(this);
      if (!error) return;
      writeSync(2, `${address}: ${error.message} (${error.code})\n`);
      process.exit(1);
    }

    override receive() {
      const pending = binding.get(this);
      return pending ? pending.then(() => super.receive()) : super.receive();
    }

    override send(message: unknown) {
      const pending = binding.get(this);
      return pending ? pending.then(() => super.send(message)) : super.send(message);
    }
  };
}

/** Resolves to the error of an action, or undefined. */
async function errorOf<T>(action: (argument: T) => unknown, argument: T): Promise<NodeJS.ErrnoException | undefined> {
  try {
    await action(argument);
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}

/** Replaces zeromq's classes. */
export function patchSockets(zeromq: Record<'Publisher' | 'Router' | 'Reply', SocketClass>) {
  zeromq.Publisher = queueing(zeromq.Publisher);
  for (const name of ['Publisher', 'Router', 'Reply'] as const) zeromq[name] = waitingForBind(zeromq[name]);
}
