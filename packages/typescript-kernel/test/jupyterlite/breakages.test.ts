/**
 * Whatever a cell does to built-ins, the kernel of the page answers: its worker as it is built, in a realm of its own.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { createContext, Script } from 'node:vm';
import { build } from 'esbuild';
import { lockedOut } from '../../core/interrupts.cjs';
import { CellWorker } from '../../jupyterlite/src/page/cell-worker';
import type { Outcome } from '../../jupyterlite/src/protocol';
import { drawBreakages, NEXT, SHOWN } from '../breakages';

/** What a realm has in a worker of a page and lacks in Node. */
const PAGE = `globalThis.self = globalThis;
class MessageEvent { #data; constructor(data) { this.#data = data; } get data() { return this.#data; } }
Object.assign(globalThis, { MessageEvent, XMLHttpRequest: class { open() {} } });
for (const name of ['Request', 'Worker', 'EventSource']) globalThis[name] = class {};
const heard = { __proto__: null };
globalThis.addEventListener = (type, listener) => { heard[type] ??= listener; };
const { parse } = JSON;
globalThis.receive = (message) => heard.message(new MessageEvent(parse(message)));
`;

let script: Script;
before(async () => {
  const entry = join(__dirname, '..', '..', 'jupyterlite', 'src', 'cells', 'worker.ts');
  const options = { bundle: true, write: false, format: 'iife', platform: 'browser', logLevel: 'error' } as const;
  const { outputFiles } = await build({ ...options, entryPoints: [entry] });
  script = new Script(PAGE + (outputFiles[0] as { text: string }).text);
});

/** A worker as pages have them: a realm of its own, whose built-ins are not those by which messages come and go. */
class RealmWorker {
  onmessage = (_: object) => {};
  private readonly receive: (message: string) => void;
  private isEnded = false;
  constructor() {
    const location = new URL('http://localhost/cells-worker.js');
    const postMessage = (data: object) => {
      const plain = JSON.parse(JSON.stringify(data));
      setImmediate(() => this.isEnded || this.onmessage({ data: plain }));
    };
    const { setTimeout, queueMicrotask, performance, console, crypto, fetch } = globalThis;
    const own = { setTimeout, queueMicrotask, performance, crypto, fetch, URL, location, postMessage };
    const realm = createContext({ ...own, console: { ...console }, close() {} });
    script.runInContext(realm);
    this.receive = realm.receive;
  }
  postMessage = (message: object) => void setImmediate(() => this.isEnded || this.receive(JSON.stringify(message)));
  terminate = () => {
    this.isEnded = true;
  };
}

const SETTINGS = { siteUrl: 'http://localhost/', items: 5, messages: 'streams', modules: {}, preload: false };

/**
 * A kernel whose cells come back with what they printed, and with 'hangs' in place of a status where nothing comes
 * back.
 */
function open() {
  Object.assign(globalThis, { Worker: RealmWorker });
  let shown = '';
  const begin = () => ({ type: 'start', settings: SETTINGS, folder: 'http://localhost/files/' }) as never;
  const worker = new CellWorker('', begin, {
    ready() {},
    output(message) {
      if (message.type === 'stream') shown += message.text;
      if (message.type === 'locked') worker.startAgain(message.id, lockedOut(message.name));
    },
    ended(text) {
      shown += `${text}\n`;
      return { status: 'error' };
    },
  });
  let count = 0;
  return {
    async run(code: string): Promise<{ status: string; shown: string }> {
      shown = '';
      const silent = new Promise<Outcome>((resolve) => {
        const timer = setTimeout(() => resolve({ status: 'hangs' } as never), 20_000);
        timer.unref();
      });
      const { status } = await Promise.race([worker.ask('execute', { code, count: ++count }, undefined), silent]);
      return { status, shown };
    },
  };
}

const WORKS = { status: 'ok', shown: SHOWN };

describe('After a cell that breaks a built-in the next one works, or a line says that the kernel was restarted', () => {
  for (const { name, cell } of drawBreakages(1, 60)) {
    test(name, async () => {
      const { run } = open();
      const broken = await run(cell);
      assert.notEqual(broken.status, 'hangs', cell);
      const next = await run(NEXT);
      const then = /so the kernel was restarted\. Its variables are gone/.test(next.shown) ? await run(NEXT) : next;
      assert.deepEqual(then, WORKS, `${cell}\n${broken.shown}`);
    });
  }
});
