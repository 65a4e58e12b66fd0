/**
 * What Sphinx's search finds, with a few words of the place. The text of all pages comes in a script, so it works from
 * disk, where a page may not fetch another.
 */
import { element } from '../../shared/page/dom';
import { corrected, HAN, nearest, type Sections, wordsOf } from './find';

/** Sphinx's. */
declare const Search: { performSearch(query: string): void };

declare global {
  interface Window {
    bookTexts: Record<string, Sections>;
  }
}

/** A Chinese letter says as much as half a word. */
const AROUND = HAN.test(document.title) ? 45 : 110;

/** Where a word, or else most of it, first occurs. */
function placeOf(text: string, words: string[]): { at: number; length: number } | undefined {
  const lower = text.toLowerCase();
  for (const cut of [0, 2, 4]) {
    for (const word of words) {
      const part = word.slice(0, word.length - cut);
      const at = part.length < (HAN.test(part) ? 1 : 3) ? -1 : lower.indexOf(part);
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
    // Between words; where no blank is near, between letters.
    const first = Math.max(0, place.at - AROUND);
    const last = place.at + place.length + AROUND;
    const [before, behind] = [text.lastIndexOf(' ', first), text.indexOf(' ', last)];
    const from = HAN.test(text) && first - before > 20 ? first : Math.max(0, before);
    const to = HAN.test(text) && behind > last + 20 ? last : behind < 0 ? text.length : behind;
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
let words = wordsOf(query);
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

/**
 * Questions and words of the glossary stand before what Sphinx finds, which searches once more for a word without a
 * slip.
 */
function begin(results: Element): void {
  // Sphinx, which has looked into the source as well and cuts off endings, may have found something.
  const right = corrected(words, window.bookTexts);
  if (right.join() !== words.join() && !results.querySelector('li')) {
    results.replaceChildren();
    Search.performSearch(right.join(' '));
    results.prepend(
      element('p', { role: 'status' }, `No page has “${query}”. This is what “${right.join(' ')}” finds.`),
    );
  }
  words = right;
  const items = nearest(words, window.bookTexts).map(({ page, id, title }) => {
    const where = page === 'glossary' ? `Glossary: ${title}` : title;
    return element('li', {}, element('a', { href: `${page}.html#${id}` }, where));
  });
  if (items.length === 0) return;
  const list = element('ul', { class: 'search first', role: 'list' }, ...items);
  results.querySelector('ul.search')?.before(list);
}

/** Sphinx leaves the page empty until there is something to look for. */
function ask(results: Element): void {
  const field = element('input', { name: 'q', type: 'search', 'aria-label': 'What to search for' });
  const button = element('input', { type: 'submit', value: 'Search' });
  results.append(
    element('h1', {}, 'Search'),
    element('p', {}, 'Type a word or a question, such as “threshold” or “the network learns nothing”.'),
    element('form', { method: 'get', role: 'search' }, field, ' ', button),
  );
  field.focus();
}

if (results && !query) ask(results);
else if (results) {
  new MutationObserver(addSummaries).observe(results, { childList: true, subtree: true });
  // Sphinx waits for the same event, and its script stands above.
  document.addEventListener('DOMContentLoaded', () => {
    begin(results);
    addSummaries();
  });
}
