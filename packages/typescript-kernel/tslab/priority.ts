// Where many kernels share a machine (LIF_FC_MNIST_SHARED), new ones come first: after its first cell a kernel lowers its
// priority, so that in a full room a latecomer's first cell does not wait for the fifth cells of the others.
import { readdirSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';

export const isShared = process.env.LIF_FC_MNIST_SHARED === '1';

/** The "nice" value of a kernel: before its first cell that of its server, then more. */
const [BEFORE, AFTER] = [2, 19];

let level = 0;

/** Linux has a value per thread, other systems one per process. */
const threads = () => (process.platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : [process.pid]);

function lowerPriority(to: number) {
  level = to;
  for (const thread of threads()) {
    try {
      if (os.getPriority(thread) < level) os.setPriority(thread, level);
    } catch {
      // The thread has ended.
    }
  }
  if (process.platform === 'linux') lowerSessionPriority();
}

/**
 * Linux may divide CPU time between sessions first, and each kernel is one: then the values of threads alone change nothing.
 */
function lowerSessionPriority() {
  try {
    writeFileSync('/proc/self/autogroup', String(level));
  } catch (error) {
    // Linux accepts ten such changes per second from all users but root. Without the file it has no such sharing.
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN')
      setTimeout(lowerSessionPriority, 100 + 200 * Math.random()).unref();
  }
}

/** @param ofTslab the `require` of tslab's program */
export function lowerPriorityAfterFirstCell(ofTslab: NodeJS.Require) {
  lowerPriority(BEFORE);
  const jupyter = ofTslab('tslab/dist/jupyter.js');
  let isFirst = true;
  jupyter.JupyterHandlerImpl = class extends jupyter.JupyterHandlerImpl {
    async handleExecute(...request: unknown[]) {
      try {
        return await super.handleExecute(...request);
      } finally {
        if (isFirst) lowerPriority(AFTER);
        isFirst = false;
      }
    }
  };
}
