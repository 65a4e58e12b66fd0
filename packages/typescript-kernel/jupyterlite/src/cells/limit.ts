/** How much a cell prints: an endless loop that prints would fill the page, which could then not even interrupt it. */

/** Characters are counted, too, because a line can be long. */
const MOST = { lines: 10_000, characters: 5_000_000 };

const [LINES, CHARACTERS] = [MOST.lines, MOST.characters].map((count) => count.toLocaleString('en'));
const LAST = `… A cell prints ${LINES} lines or ${CHARACTERS} characters at most: it goes on, and prints no more.\n`;

/** `atOnce`: it must not wait for more, as nothing comes and the cell may never pause. */
type Write = (name: 'stdout' | 'stderr', text: string, atOnce?: boolean) => void;

/** Passes on what a cell prints up to the limit, and then says so once. `reset` begins another cell. */
export function limited(write: Write): { write: Write; reset(): void } {
  let { lines, characters } = MOST;
  return {
    reset() {
      ({ lines, characters } = MOST);
    },
    write(name, text) {
      if (lines <= 0 || characters <= 0) return;
      let end = Math.min(text.length, characters);
      characters -= text.length;
      for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) {
        lines--;
        if (lines <= 0) end = at + 1;
      }
      write(name, text.slice(0, end));
      if (lines <= 0 || characters <= 0) write('stderr', LAST, true);
    },
  };
}
