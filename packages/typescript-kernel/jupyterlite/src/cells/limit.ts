/**
 * What a cell puts out, on its way to the page: not too much, as an endless loop would fill the page, which could then
 * not even interrupt it, and not too often, as a loop that prints a thousand lines needs a few messages.
 */
import type { Bundle, Output } from '../protocol';

/** Of text lines and characters, because a line can be long. */
const MOST = { lines: 10_000, characters: 5_000_000, displays: 1000 };
/** Milliseconds for which text and updates may wait. The last update of each display is enough. */
const PAUSE = 50;
/**
 * Messages in five such pauses that do not wait: what is printed before an endless loop has to be seen. An update is as
 * much work as ten. With as many in each pause, thousands of lines that came one by one took Firefox most of a minute
 * to show.
 */
const AT_ONCE = 200;
const WINDOW = 5 * PAUSE;
const UPDATE = 10;
const UPDATES = 100;

const LAST_LINE = '… A cell prints 10,000 lines or 5,000,000 characters at most: it goes on, and prints no more.\n';
const LAST_DISPLAY = '… A cell shows 1,000 displays at most: it goes on, and shows no more.\n';

/** @param post sends to the page */
export function createOutput(post: (message: Output) => void) {
  let left = { ...MOST };
  let text: Extract<Output, { type: 'stream' }> | undefined;
  const updates = new Map<string, Bundle>();
  let windowStart = 0;
  let sent = 0;
  let hasTimer = false;

  const isFull = () => left.lines <= 0 || left.characters <= 0;

  function flush(): void {
    if (text) post(text);
    text = undefined;
    for (const [displayId, bundle] of updates) post({ type: 'display', bundle, displayId, update: true });
    updates.clear();
  }

  /** Sends what waits with what comes in the same moment. */
  function sendTogether(): void {
    if (hasTimer) return;
    hasTimer = true;
    setTimeout(() => {
      hasTimer = false;
      flush();
    }, PAUSE);
  }

  /** Sends what waits, or schedules it. */
  function sendSoon(work: number): void {
    const now = performance.now();
    if (now - windowStart > WINDOW) {
      windowStart = now;
      sent = 0;
    }
    if (sent < AT_ONCE) {
      sent += work;
      flush();
    } else sendTogether();
  }

  function send(message: Output): void {
    flush();
    post(message);
  }

  function print(name: 'stdout' | 'stderr', added: string, isUrgent: boolean): void {
    if (added === '') return;
    if (text?.name !== name) flush();
    text = { type: 'stream', name, text: (text?.text ?? '') + added };
    if (isUrgent) sendSoon(1);
    else sendTogether();
  }

  /** Up to what a cell may print. */
  function printUpTo(name: 'stdout' | 'stderr', added: string, isUrgent: boolean): void {
    if (isFull()) return;
    let end = Math.min(added.length, left.characters);
    left.characters -= added.length;
    for (let at = added.indexOf('\n'); at >= 0 && at < end; at = added.indexOf('\n', at + 1)) {
      left.lines--;
      if (left.lines <= 0) end = at + 1;
    }
    print(name, added.slice(0, end), isUrgent);
    // At once: nothing more comes, and the cell may never pause.
    if (isFull()) send({ type: 'stream', name: 'stderr', text: LAST_LINE });
  }

  return {
    isFull,
    flush,
    send,
    /** Begins another cell. */
    reset() {
      flush();
      // What the cell before has put out does not make this one wait.
      sent = 0;
      left = { ...MOST };
    },
    print: (name: 'stdout' | 'stderr', added: string) => printUpTo(name, added, true),
    /** What need not be seen before what comes in the same moment. */
    printSoon: (name: 'stdout' | 'stderr', added: string) => printUpTo(name, added, false),
    display(bundle: Bundle, displayId?: string) {
      if (left.displays === 0) return;
      left.displays--;
      send({ type: 'display', bundle, displayId, update: false });
      if (left.displays === 0) send({ type: 'stream', name: 'stderr', text: LAST_DISPLAY });
    },
    update(bundle: Bundle, displayId: string) {
      // Of displays above the limit, which the page does not know, there can be any number.
      if (updates.size < UPDATES || updates.has(displayId)) updates.set(displayId, bundle);
      sendSoon(UPDATE);
    },
  };
}
