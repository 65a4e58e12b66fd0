// Links of the book's texts to sections and to words.
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
 * [[What happens without the reset?]] on a page of book/ leads to the section of that heading, in whichever chapter it
 * is. So a page need not know the number of a chapter, and a heading that is gone stops the build. A section is named
 * by its English heading.
 * @param page its path, for messages
 * @param worded the link's words, in another language
 * @throws UserError in one line for a heading that no chapter has, or more than one
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
 * @param document a glossary page
 * @returns its terms: the id of each, its forms, and what it means
 */
export function termsOf(document: Document): Term[] {
  const terms = [];
  for (const meaning of document.querySelectorAll('dl.glossary dd')) {
    const names = [];
    for (let name = meaning.previousElementSibling; name?.tagName === 'DT'; name = name.previousElementSibling) {
      names.unshift({ id: name.id, form: name.firstChild?.textContent?.trim() ?? '' });
    }
    // What follows leads to the section that explains it.
    const text = (meaning.querySelector('p') ?? meaning).textContent.trim().replace(/\s+/g, ' ');
    terms.push({ id: names[0].id, forms: names.map(({ form }) => form), meaning: text });
  }
  return terms;
}

const escapePattern = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+');

/**
 * Where a link would be no help: in links, code, titles, quotations, formulas, figures, and what the reader presses.
 */
const NOT_IN =
  'a, code, pre, h1, h2, h3, h4, blockquote, figure, button, label, summary, .formula, .katex, .chapter-head, .cell_output';

/**
 * The words of the glossary in the chapters: the first time that a chapter uses one, it links to what it means.
 */
export function linkTerms(article: Element, terms: Term[]) {
  const document = article.ownerDocument;
  const byForm = new Map(
    terms.flatMap((term) => term.forms.map((form) => [form.toLowerCase().replace(/\s+/g, ' '), { form, term }])),
  );
  // A single letter is a name in too many formulas.
  const forms = [...byForm.values()].map(({ form }) => form).filter((form) => form.length > 1);
  if (forms.length === 0) return;
  forms.sort((a, b) => b.length - a.length);
  // Chinese has no blanks between words.
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
    // The looks around it take longest, so only for what may have a link.
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
      // A name is written as a name: "Adam", "MSE".
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
