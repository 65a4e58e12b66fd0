// Links from the book's texts to sections and glossary entries.
import { UserError } from '../../../packages/system/project';
import { anchorOf } from '../../../translations/blocks';
import type { Notebook } from '../../shared/cells';
import { inTexts } from './chapters';
import type { Chapter } from './sources';

export interface Term {
  id: string;
  forms: string[];
  meaning: string;
}

/** The headings of a notebook that have an anchor, down to the third level. */
const headingsOf = (notebook: Pick<Notebook, 'cells'>) => inTexts(notebook, /^#{2,3} (.+?)\s*$/gm);

/**
 * Resolves [[What happens without the reset?]] on a page of book/ to the section with this English heading, in
 * whichever chapter it is. Pages need no chapter numbers, and a heading that no longer exists stops the build.
 * @param page its path, for messages
 * @param worded returns the link's text in another language
 * @throws UserError in one line if no chapter has the heading, or several have it
 */
export function linkHeadings(
  page: string,
  markdown: string,
  chapters: Pick<Chapter, 'name' | 'notebook' | 'english'>[],
  worded?: (number: number, heading: string) => string,
) {
  const all = chapters.flatMap(({ name, notebook, english = notebook }) => {
    const said = headingsOf(notebook);
    return headingsOf(english).map((heading, i) => ({ name, heading, said: said[i] }));
  });
  return markdown.replace(/\[\[([^\]]+)\]\]/g, (_, wanted, at: number) => {
    const heading = wanted.replace(/\s+/g, ' ');
    const found = all.filter((one) => one.heading === heading);
    if (found.length !== 1) {
      const line = markdown.slice(0, at).split('\n').length;
      const names = found.length > 0 ? found.map(({ name }) => name).join(', ') : 'none';
      throw new UserError(`${page}: line ${line}: expected one section "${heading}" in the chapters, found ${names}`);
    }
    const [{ name, said }] = found;
    const number = Number(/^\d+/.exec(name)?.[0]);
    const chapter = /(?:^|[.?!:]\s|\n\n\s*)$/.test(markdown.slice(0, at)) ? 'Chapter' : 'chapter';
    const shown = worded ? worded(number, said) : `${chapter} ${number}, *${heading}*`;
    return `[${shown}](${name}.ipynb#${anchorOf(heading)})`;
  });
}

/**
 * [0.004](train.md#3a3b87c28974) on a page leads to *Train a network*, where a reader computes that run of the map again.
 * @param page its path, for messages
 * @param runs links that carry a run, by its id
 * @throws UserError in one line for a run that the map has not, or that is too long for a link
 */
export const linkRuns = (page: string, markdown: string, runs: Map<string, string>) =>
  markdown.replace(/\[([^\]]+)\]\(train\.md#([0-9a-f]{12})\)/g, (_, words, id) => {
    const run = runs.get(id);
    if (run === undefined) throw new UserError(`${page}: expected a run of the map that fits a link, found ${id}`);
    return `<a href="train.html${run.replaceAll('&', '&amp;')}">${words}</a>`;
  });

/**
 * @param document a glossary page
 * @returns id, word forms and definition of each term
 */
export function termsOf(document: Document): Term[] {
  const terms = [];
  for (const meaning of document.querySelectorAll('dl.glossary dd')) {
    const names = [];
    for (let name = meaning.previousElementSibling; name?.tagName === 'DT'; name = name.previousElementSibling) {
      names.unshift({ id: name.id, form: name.firstChild?.textContent?.trim() ?? '' });
    }
    // The rest is a link to the section that explains the term.
    const text = (meaning.querySelector('p') ?? meaning).textContent.trim().replace(/\s+/g, ' ');
    terms.push({ id: names[0].id, forms: names.map(({ form }) => form), meaning: text });
  }
  return terms;
}

const escapePattern = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+');

/** Elements without glossary links: links, code, titles, quotations, formulas, figures and controls. */
const NOT_IN =
  'a, code, pre, h1, h2, h3, h4, blockquote, figure, button, label, summary, .formula, .katex, .chapter-head, .cell_output';

/** Links the first use of each glossary term in a chapter to its definition. */
export function linkTerms(article: Element, terms: Term[]) {
  const document = article.ownerDocument;
  const byForm = new Map(
    terms.flatMap((term) => term.forms.map((form) => [form.toLowerCase().replace(/\s+/g, ' '), { form, term }])),
  );
  // Single letters occur in too many formulas.
  const forms = [...byForm.values()].map(({ form }) => form).filter((form) => form.length > 1);
  if (forms.length === 0) return;
  forms.sort((a, b) => b.length - a.length);
  // Chinese has no spaces between words.
  const [han, spaced] = [true, false].map((wanted) =>
    forms.filter((form) => /\p{Script=Han}/u.test(form) === wanted).map(escapePattern),
  );
  const pattern = new RegExp(
    `(?<![\\p{L}\\p{N}_-])(${spaced.join('|')})(?:s|es)?(?![\\p{L}\\p{N}_-])${han.length > 0 ? `|(${han.join('|')})` : ''}`,
    'giu',
  );
  const linked = new Set();
  const texts = [];
  const walker = document.createTreeWalker(article, 4 /* NodeFilter.SHOW_TEXT */);
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  for (const node of texts) {
    // Lookarounds are slow, so only texts that may contain a term are searched.
    const matches = [...node.data.matchAll(pattern)];
    if (matches.length === 0) continue;
    if (!node.parentElement?.closest('p, li, dd, td') || node.parentElement.closest(NOT_IN)) continue;
    const parts = [];
    let from = 0;
    for (const match of matches) {
      const word = match[1] ?? match[2];
      const found = byForm.get(word.toLowerCase().replace(/\s+/g, ' '));
      if (!found) continue;
      const { form, term } = found;
      // Names keep their capitals: "Adam", "MSE".
      const exact = form === form.toLowerCase() || word.replace(/\s+/g, ' ') === form;
      if (!exact || linked.has(term.id)) continue;
      linked.add(term.id);
      const link = document.createElement('a');
      link.className = 'term';
      link.href = `glossary.html#${term.id}`;
      link.title = term.meaning;
      link.textContent = match[0];
      parts.push(node.data.slice(from, match.index), link);
      from = match.index + match[0].length;
    }
    if (parts.length > 0) node.replaceWith(...parts, node.data.slice(from));
  }
}
