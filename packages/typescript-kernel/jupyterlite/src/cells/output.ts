/**
 * Limits the outputs of a cell on their way to the page: their amount, since an endless loop would fill the page until it
 * could not even interrupt the cell, and their rate, so that a thousand printed lines take a few messages.
 */
import type { Bundle, Output } from '../protocol';

/** Both lines and characters of text, since lines can be long. */
const LIMITS = { lines: 10_000, characters: 5_000_000, displays: 1000 };
/** Milliseconds for which text and updates may be held back. Of each display only the last update is sent. */
const PAUSE = 50;
/**
 * Messages per five pauses that are sent at once, so that what is printed before an endless loop is shown. An update is as
 * much work as ten messages. With this many per single pause, Firefox took most of a minute to show thousands of lines
 * that came one by one.
 */
const AT_ONCE = 200;
const WINDOW = 5 * PAUSE;
const UPDATE = 10;
const UPDATES = 100;

const LAST_LINE = '… A cell prints 10,000 lines or 5,000,000 characters at most: it goes on, and prints no more.\n';
const LAST_DISPLAY = '… A cell shows 1,000 displays at most: it goes on, and shows no more.\n';

/** @param post sends to the page */
export function createOutput(post: (message: Output) => void) {
  let left = { ...LIMITS };
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

  /** Sends what is held back after a pause, together with what arrives meanwhile. */
  function sendTogether(): void {
    if (hasTimer) return;
    hasTimer = true;
    setTimeout(() => {
      hasTimer = false;
      flush();
    }, PAUSE);
  }

  /** Sends what is held back now, or schedules it if too much was sent lately. */
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

  /** Prints, up to the limits of the cell. */
  function printUpTo(name: 'stdout' | 'stderr', added: string, isUrgent: boolean): void {
    if (isFull()) return;
    let end = Math.min(added.length, left.characters);
    left.characters -= added.length;
    for (let at = added.indexOf('\n'); at >= 0 && at < end; at = added.indexOf('\n', at + 1)) {
      left.lines--;
      if (left.lines <= 0) end = at + 1;
    }
    print(name, added.slice(0, end), isUrgent);
    // At once: the cell may never yield, and nothing more is printed.
    if (isFull()) send({ type: 'stream', name: 'stderr', text: LAST_LINE });
  }

  return {
    isFull,
    flush,
    send,
    /** Starts the next cell. */
    reset() {
      flush();
      // Outputs of the previous cell do not delay this one.
      sent = 0;
      left = { ...LIMITS };
    },
    print: (name: 'stdout' | 'stderr', added: string) => printUpTo(name, added, true),
    /** Prints after a pause, together with what arrives meanwhile. */
    printSoon: (name: 'stdout' | 'stderr', added: string) => printUpTo(name, added, false),
    display(bundle: Bundle, displayId?: string) {
      if (left.displays === 0) return;
      left.displays--;
      send({ type: 'display', bundle, displayId, update: false });
      if (left.displays === 0) send({ type: 'stream', name: 'stderr', text: LAST_DISPLAY });
    },
    update(bundle: Bundle, displayId: string) {
      // There can be any number of displays above the limit, which the page does not have.
      if (updates.size < UPDATES || updates.has(displayId)) updates.set(displayId, bundle);
      sendSoon(UPDATE);
    },
  };
}
