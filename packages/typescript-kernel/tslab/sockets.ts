// Four things about the kernel's sockets:
// - zeromq takes some 500 messages in one turn of the event loop and refuses the rest, and tslab drops what is refused.
//   A loop that prints a thousand lines loses half of them, and with them the message that the cell has ended:
//   JupyterLab then waits for ever. Here they wait in a queue.
// - Jupyter picks a kernel's ports before the kernel is there to take them. One that another program got meanwhile
//   leaves tslab running without that channel, and what waits for it waits for ever. Here the kernel ends, and
//   JupyterLab starts it again on other ports.
// - A socket takes messages as soon as it is bound, but zeromq refuses to send or receive until its callback has run.
//   On a busy machine that is later, and tslab, whose loop has then ended, never answers. Here both wait for the bind.
// - Where Jupyter uses Unix sockets in place of ports (`transport = "ipc"`), it connects to PATH-1 and tslab binds
//   PATH:1.
import { writeSync } from 'node:fs';

/** What tslab uses of a zeromq socket; each kind has a part of it. */
interface Socket {
  bind(address: string): Promise<void>;
  receive(): Promise<unknown>;
  send(message: unknown): Promise<void>;
}

type SocketClass = new (options?: { sendHighWaterMark: number }) => Socket;

/** A zeromq publisher class that keeps what cannot be sent yet, in order. */
function queueing(Publisher: SocketClass) {
  const waiting: unknown[] = []; // of the one publisher that a kernel has
  return class extends Publisher {
    constructor() {
      super({ sendHighWaterMark: 0 }); // no limit: beyond it a publisher drops messages without a word
    }

    override async send(message: unknown) {
      if (waiting.length === 0) {
        const error = await errorOf(super.send.bind(this), message);
        if (error?.code !== 'EBUSY') return; // sent, or the socket is closed
      }
      waiting.push(message);
      if (waiting.length > 1) return;
      const send = super.send.bind(this);
      // Those that come meanwhile, too.
      for (const next of waiting) {
        while ((await errorOf(send, next))?.code === 'EBUSY') await new Promise(setImmediate);
      }
      waiting.length = 0;
    }
  };
}

/** A zeromq socket class that ends the process when the port is taken, and does nothing else before it is bound. */
function waitingForBind(Socket: SocketClass) {
  const binding = new WeakMap<object, ReturnType<typeof errorOf>>(); // sockets of zeromq take no fields
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

/** Resolves to what was thrown, or to undefined. */
async function errorOf<T>(action: (argument: T) => unknown, argument: T): Promise<NodeJS.ErrnoException | undefined> {
  try {
    await action(argument);
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}

/** Puts patched classes in place of zeromq's. */
export function patchSockets(zeromq: Record<'Publisher' | 'Router' | 'Reply', SocketClass>) {
  zeromq.Publisher = queueing(zeromq.Publisher);
  for (const name of ['Publisher', 'Router', 'Reply'] as const) zeromq[name] = waitingForBind(zeromq[name]);
}
