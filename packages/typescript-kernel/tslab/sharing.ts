// Where many kernels share a machine (LIF_FC_MNIST_SHARED), those who arrive come first: after its first cell a kernel
// gives way to others, so that in a full room the first cell of the last one does not wait for the fifth cell of the
// first one.
import { readdirSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';

export const isShared = process.env.LIF_FC_MNIST_SHARED === '1';

/** How far a kernel gives way (the "nice" value of Unix): before its first cell as its server does, then more. */
const [BEFORE, AFTER] = [2, 19];

let level = 0;

/** Linux knows a value per thread, others one for all. */
const threads = () => (process.platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : [process.pid]);

function giveWay(to: number) {
  level = to;
  for (const thread of threads()) {
    try {
      if (os.getPriority(thread) < level) os.setPriority(thread, level);
    } catch {
      // The thread has ended.
    }
  }
  if (process.platform === 'linux') giveWayAsSession();
}

/**
 * Linux may share between sessions first, and each kernel is one: the threads' values alone would change nothing then.
 */
function giveWayAsSession() {
  try {
    writeFileSync('/proc/self/autogroup', String(level));
  } catch (error) {
    // It takes ten such changes a second, of all who are not root. Without the file it does not share so.
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN')
      setTimeout(giveWayAsSession, 100 + 200 * Math.random()).unref();
  }
}

/** @param ofTslab the `require` of tslab's program */
export function giveWayAfterFirstCell(ofTslab: NodeJS.Require) {
  giveWay(BEFORE);
  const jupyter = ofTslab('tslab/dist/jupyter.js');
  let isFirst = true;
  jupyter.JupyterHandlerImpl = class extends jupyter.JupyterHandlerImpl {
    async handleExecute(...request: unknown[]) {
      try {
        return await super.handleExecute(...request);
      } finally {
        if (isFirst) giveWay(AFTER);
        isFirst = false;
      }
    }
  };
}
