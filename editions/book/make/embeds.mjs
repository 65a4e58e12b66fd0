// Pages of book/ that a chapter shows as well, so that a reader need not leave it: the chapter's text does not mention
// them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { numbered, root, UserError } from '../../../packages/system/project.mjs';

/**
 * By chapter: a page of book/, and the sentence above it.
 * @type {Record<string, { page: string, sentence: string }>}
 */
const EMBEDS = {
  [numbered('lif-neuron')]: {
    page: 'neuron',
    sentence: 'Now try it yourself. This is the same neuron, with the same equations.',
  },
};

/**
 * What a chapter shows of another page, as HTML; undefined where it shows none.
 * @param {string} chapter
 */
export function embedOf(chapter) {
  if (!Object.hasOwn(EMBEDS, chapter)) return undefined;
  const { page, sentence } = EMBEDS[chapter];
  const file = join(root, 'editions', 'book', `${page}.md`);
  const html = /```\{raw\} html\n(.*?)```/s.exec(readFileSync(file, 'utf8'))?.[1];
  if (!html) throw new UserError(`${file}: expected a block of raw HTML, found none`);
  return `<div class="embed"><p>${sentence} <a href="${page}.html">Open it on a page of its own.</a></p>${html}</div>`;
}

/**
 * Puts it at the end of the chapter's first section.
 * @param {Element} article
 * @param {string} html
 * @param {string} page
 */
export function embed(article, html, page) {
  const first = article.querySelector('section > section');
  if (!first) throw new UserError(`${page}: expected a section, found none: begin one in the notebook with "## …"`);
  first.insertAdjacentHTML('beforeend', html);
}
