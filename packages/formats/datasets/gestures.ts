/**
 * DVS128 Gesture: eleven gestures before an event camera (A. Amir et al., "A low power, fully event-based gesture
 * recognition system", CVPR 2017; research.ibm.com/dvsgesture). A trial consists of a recording in AEDAT 3.1
 * (docs.inivation.com/software/software-advanced-usage/file-formats/aedat-3.1.html) and a table of
 * the start and end of each gesture.
 */
import { checkText, checkUint8, checkWhole, inOneLine } from '../../../src/common/checks';
import { CLASSES, DatasetError } from '../../../src/common/mnist';
import { type LabelledRecordings, type Recording, sliceRecording } from './events';

const FIRST_LINE = '#!AER-DAT3.1\r\n';
const LAST_LINE = '#!END-HEADER\r\n';
/** Bytes; actual headers are far shorter. */
const LONGEST_HEADER = 65536;

/** Bytes of a packet's header, and of a polarity event. */
const PACKET_BYTES = 28;
const EVENT_BYTES = 8;
const POLARITY = 1;

const COLUMNS = 'class,startTime_usec,endTime_usec';
/** The eleventh is "other gestures". */
const GESTURES = 11;

/**
 * Reads the polarity events of an `.aedat` file of version 3.1; packets of other events are skipped. An event has two
 * 32-bit little-endian words: from the lowest bit, whether it is valid, its polarity, 15 bits of y and 15 of x; then the
 * time. Events marked as invalid are dropped.
 * @param name of the file, for messages
 * @throws DatasetError in one line if the file is foreign or damaged
 */
export function readAedat(content: Uint8Array, name = 'recording'): Recording {
  checkUint8(name, content);
  const refuse = (found: string) => new DatasetError(`${name}: expected a recording in AEDAT 3.1, found ${found}`);
  const header = new TextDecoder('latin1').decode(content.subarray(0, LONGEST_HEADER));
  if (!header.startsWith(FIRST_LINE)) throw refuse(`'${header.slice(0, 12).replace(/[^ -~]/g, '?')}' at its beginning`);
  const end = header.indexOf(LAST_LINE);
  if (end < 0) throw refuse('a header without an end (file truncated?)');

  const view = new DataView(content.buffer, content.byteOffset, content.length);
  const most = Math.floor(content.length / EVENT_BYTES);
  const [x, y] = [new Uint16Array(most), new Uint16Array(most)];
  const [polarity, times] = [new Uint8Array(most), new Uint32Array(most)];
  let count = 0;
  for (let at = end + LAST_LINE.length; at < content.length; ) {
    if (content.length - at < PACKET_BYTES) throw refuse(`half a packet at byte ${at} (file truncated?)`);
    const kind = view.getUint16(at, true);
    const [size, timeAt, overflows, capacity, events] = [4, 8, 12, 16, 20].map((field) =>
      view.getUint32(at + field, true),
    );
    const next = at + PACKET_BYTES + events * size;
    if (capacity !== events || (kind === POLARITY && (size !== EVENT_BYTES || timeAt !== 4)))
      throw refuse(`a damaged packet at byte ${at}`);
    if (next > content.length)
      throw refuse(`${events} events of ${size} bytes at byte ${at} of ${content.length} (file truncated?)`);
    if (kind === POLARITY && overflows > 0) throw refuse('times beyond 2^31 µs, which are 36 minutes');
    for (let event = at + PACKET_BYTES; kind === POLARITY && event < next; event += EVENT_BYTES) {
      const word = view.getUint32(event, true);
      if ((word & 1) === 0) continue;
      polarity[count] = (word >> 1) & 1;
      y[count] = (word >> 2) & 0x7fff;
      x[count] = word >>> 17;
      times[count] = view.getUint32(event + 4, true);
      count += 1;
    }
    at = next;
  }
  if (count === 0) throw refuse('no event');
  return sliceRecording({ x, y, polarity, times }, 0, count);
}

/**
 * Reads the gestures of a trial; times count from the start of each. Classes 1 to 10 have the labels 0 to 9; class 11,
 * "other gestures", is dropped, since a network here has ten outputs.
 * @example
 * // 8 × 8 of 128 × 128 pixels share a unit: 2 × 16 × 16 = 512 units. The first 1.5 s of each gesture in 100 steps.
 * const train = datasets.readGestures(aedat, csv, 'user01_lab');
 * const test = datasets.readGestures(aedat24, csv24, 'user24_lab');
 * const data = datasets.eventTrains({ train, test, width: 128, height: 128, pool: 8, duration: 1_500_000 });
 * @param aedat bytes of the trial's `.aedat`
 * @param table text of its `_labels.csv`: class, startTime_usec, endTime_usec
 * @param name of the trial, for messages
 * @throws DatasetError or RangeError in one line: which line, what was expected, what was found
 */
export function readGestures(aedat: Uint8Array, table: string, name = 'trial'): LabelledRecordings {
  return inOneLine(() => readTrial(aedat, table, name));
}

function readTrial(aedat: Uint8Array, table: string, name: string): LabelledRecordings {
  checkText('table', table);
  const { x, y, polarity, times } = readAedat(aedat, name);
  const [head, ...lines] = table.trim().split(/\r?\n/);
  if (head !== COLUMNS) throw new DatasetError(`${name}: expected a table of ${COLUMNS}, found '${head.slice(0, 40)}'`);
  const gestures = lines.flatMap((line, i) => readLine(`${name}: line ${i + 2} of the table`, line));
  assignEvents(times, gestures);
  const recordings = gestures.map(({ where, start, end, inside }): Recording => {
    if (inside.length === 0)
      throw new DatasetError(`${where}: expected events from ${start} to ${end} µs, found none (file truncated?)`);
    return {
      x: Uint16Array.from(inside, (event) => x[event]),
      y: Uint16Array.from(inside, (event) => y[event]),
      polarity: Uint8Array.from(inside, (event) => polarity[event]),
      times: Uint32Array.from(inside, (event) => times[event] - start),
    };
  });
  return { recordings, labels: gestures.map(({ label }) => label) };
}

/** A line of the table, and the indices of its events. */
interface Gesture {
  where: string;
  label: number;
  start: number;
  end: number;
  inside: number[];
}

/** The gesture of a line; empty for the class "other gestures". */
function readLine(where: string, line: string): Gesture[] {
  const numbers = /^(\d+),(\d+),(\d+)$/.exec(line)?.slice(1).map(Number);
  if (!numbers) throw new DatasetError(`${where}: expected three whole numbers, found '${line.slice(0, 40)}'`);
  const [gesture, start, end] = numbers;
  checkWhole(`${where}: class`, gesture, 1, GESTURES);
  return gesture > CLASSES ? [] : [{ where, label: gesture - 1, start, end, inside: [] }];
}

/**
 * Assigns events to gestures, with a binary search for each event.
 * @throws DatasetError if two gestures overlap, since an event has one label
 */
function assignEvents(times: Uint32Array, gestures: readonly Gesture[]): void {
  const inOrder = [...gestures].sort((a, b) => a.start - b.start);
  for (const [i, { where, start }] of inOrder.entries()) {
    if (i > 0 && start < inOrder[i - 1].end)
      throw new DatasetError(
        `${where}: expected a gesture that starts after the one before has ended, at ${inOrder[i - 1].end} µs, found ${start}`,
      );
  }
  times.forEach((time, event) => {
    // Finds the first gesture that starts later; the event may belong to the one before.
    let [low, high] = [0, inOrder.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (inOrder[middle].start > time) high = middle;
      else low = middle + 1;
    }
    if (low > 0 && time < inOrder[low - 1].end) inOrder[low - 1].inside.push(event);
  });
}
