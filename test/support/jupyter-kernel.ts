/** Cells on the project's kernel, as a client of it sees them. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { PYTHON } from './python';

const root = resolve(__dirname, '..', '..');

export interface Step {
  source: string;
  /** Interrupts the kernel as soon as the cell has printed this. */
  interruptAt?: string;
}

export interface Display {
  data: Record<string, string & { data: unknown }>;
  metadata: Record<string, unknown>;
  /** Of the output that is shown or written over. */
  id?: string;
  update: boolean;
  /** Seconds since the cell was asked for. */
  at: number;
}

/** What a cell left. */
export interface Ended {
  status: 'ok' | 'error' | 'abort';
  ename?: string;
  evalue?: string;
  traceback?: string[];
  stdout: string;
  stderr: string;
  /** Displays and their updates, in order. */
  displays: Display[];
  /** Seconds from the interrupt to the end of the cell. */
  stoppedIn?: number;
}

const PROGRAM = `
import json, os, subprocess, sys, tempfile, time
from jupyter_client.manager import KernelManager
manager = KernelManager(kernel_name="tslab", transport="ipc", ip=f"{tempfile.gettempdir()}/lif-{os.getpid()}")
# Not with this program's stdout: Node makes its pipes non-blocking, for all who hold them.
manager.start_kernel(cwd=sys.argv[1], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
client = manager.client()
client.start_channels()
client.wait_for_ready(timeout=60)
def run(source, interruptAt=None):
    while True:
        ended = once(source, interruptAt)
        if ended["status"] != "abort":
            return ended
        time.sleep(0.1)  # for 200 ms after an error, longer on a busy machine, the kernel refuses
def once(source, interruptAt):
    sent, begin = client.execute(source), time.monotonic()
    end = {"stdout": "", "stderr": "", "displays": []}
    at = None
    while True:
        message = client.get_iopub_msg(timeout=120)
        kind, content = message["msg_type"], message["content"]
        if message["parent_header"].get("msg_id") != sent:
            continue
        if kind == "stream":
            end[content["name"]] += content["text"]
            if interruptAt and interruptAt in end["stdout"]:
                interruptAt, at = None, time.monotonic()
                manager.interrupt_kernel()
        if kind in ("display_data", "update_display_data"):
            display = {"data": content["data"], "metadata": content["metadata"], "update": kind.startswith("update")}
            display |= {"id": content["transient"].get("display_id"), "at": time.monotonic() - begin}
            end["displays"].append(display)
        if kind == "status" and content["execution_state"] == "idle":
            break
    if at is not None:
        end["stoppedIn"] = time.monotonic() - at
    while True:
        reply = client.get_shell_msg(timeout=60)
        if reply["parent_header"].get("msg_id") == sent:
            break
    return {**end, **reply["content"]}
try:
    print(json.dumps([run(**step) for step in json.load(sys.stdin)]))
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)`;

/**
 * Runs cells one after the other in a fresh kernel whose folder is `folder`; goes on after one that fails. `env` is
 * added to its environment.
 */
export async function runCells(
  steps: (string | Step)[],
  folder = root,
  env: Record<string, string> = {},
): Promise<Ended[]> {
  const input = JSON.stringify(steps.map((step) => (typeof step === 'string' ? { source: step } : step)));
  const options = { cwd: root, maxBuffer: 1 << 28, env: { ...process.env, ...env } };
  const running = promisify(execFile)(PYTHON, ['-B', '-c', PROGRAM, folder], options);
  running.child.stdin?.end(input);
  const { stdout } = await running;
  return JSON.parse(stdout.trim().split('\n').at(-1) as string);
}
