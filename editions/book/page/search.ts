/**
 * What Sphinx's search finds, with a few words of the place. The text of all pages comes in a script, so it works from disk,
 * where a page may not fetch another.
 */
import { element } from './assets';

/** The sections of a page: the id of each, '' for the top, and its text. */
type Sections = [id: string, text: string][];

declare global {
  interface Window {
    bookTexts: Record<string, Sections>;
  }
}

const AROUND = 110;

/** Where a word, or else most of it, first occurs. */
function placeOf(text: string, words: string[]): { at: number; length: number } | undefined {
  const lower = text.toLowerCase();
  for (const cut of [0, 2, 4]) {
    for (const word of words) {
      const part = word.slice(0, word.length - cut);
      const at = part.length < 3 ? -1 : lower.indexOf(part);
      if (at >= 0) return { at, length: part.length };
    }
  }
  return undefined;
}

function summary(sections: Sections, id: string, words: string[]): HTMLElement | undefined {
  const wanted = sections.filter(([section]) => id === '' || section === id);
  for (const [, text] of wanted) {
    const place = placeOf(text, words);
    if (!place) continue;
    const from = Math.max(0, text.lastIndexOf(' ', Math.max(0, place.at - AROUND)));
    const end = text.indexOf(' ', place.at + place.length + AROUND);
    const to = end < 0 ? text.length : end;
    return element(
      'p',
      { class: 'context' },
      (from > 0 ? '… ' : '') + text.slice(from, place.at),
      element('mark', {}, text.slice(place.at, place.at + place.length)),
      text.slice(place.at + place.length, to) + (to < text.length ? ' …' : ''),
    );
  }
  return undefined;
}

const query = new URLSearchParams(location.search).get('q') ?? '';
const words = query
  .toLowerCase()
  .split(/[^\p{L}\p{N}]+/u)
  .filter(Boolean);
const results = document.querySelector('#search-results');

function addSummaries(): void {
  for (const item of document.querySelectorAll<HTMLElement>('#search-results li:not([data-told])')) {
    const link = item.querySelector('a');
    if (!link) continue;
    item.dataset.told = '';
    const [page, id = ''] = (link.getAttribute('href') ?? '').split('#');
    const sections = window.bookTexts?.[page.replace(/\.html$/, '')];
    const found = sections && summary(sections, decodeURIComponent(id), words);
    if (found) item.append(found);
  }
}

if (results) {
  new MutationObserver(addSummaries).observe(results, { childList: true, subtree: true });
  addSummaries();
}
