/** Strokes by finger, mouse or pen, and keys on the paper. */
import type { Stroke } from './drawing';
import { snap } from './link';

/**
 * @param paper what is drawn on
 * @param begin takes a new stroke, which grows while it is drawn
 * @param changed is called after each part of it
 */
export function listenToPen(paper: HTMLElement, begin: (stroke: Stroke) => void, changed: () => void): void {
  /** The stroke that each pointer is drawing. */
  const drawing = new Map<number, Stroke>();

  function addPoints(event: PointerEvent, stroke: Stroke): void {
    const box = paper.getBoundingClientRect();
    // The browser hands over moves once per frame; the ones in between are kept here.
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const { clientX, clientY } of moves.length > 0 ? moves : [event]) {
      stroke.push({ x: snap((clientX - box.left) / box.width), y: snap((clientY - box.top) / box.height) });
    }
    changed();
  }

  paper.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    paper.focus({ preventScroll: true });
    paper.setPointerCapture(event.pointerId);
    const stroke: Stroke = [];
    begin(stroke);
    drawing.set(event.pointerId, stroke);
    addPoints(event, stroke);
  });
  paper.addEventListener('pointermove', (event) => {
    const stroke = drawing.get(event.pointerId);
    if (stroke) addPoints(event, stroke);
  });
  for (const end of ['pointerup', 'pointercancel'] as const) {
    paper.addEventListener(end, (event) => {
      const stroke = drawing.get(event.pointerId);
      if (stroke && end === 'pointerup') addPoints(event, stroke);
      drawing.delete(event.pointerId);
    });
  }
}

/** A digit takes a picture of it; other keys do what `keys` says. */
export function listenToKeys(
  paper: HTMLElement,
  take: (digit: number) => void,
  keys: Record<string, () => void>,
): void {
  paper.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^[0-9]$/.test(event.key)) take(Number(event.key));
    else if (Object.hasOwn(keys, event.key)) keys[event.key]();
    else return;
    event.preventDefault();
    // The arrows would turn the pages of the book.
    event.stopPropagation();
  });
}
