/**
 * Links of texts: a chapter opens in the application, and what the book shows opens in the book. By themselves they
 * would lead to the files.
 */
import type { Contents, NotebookContent } from './jupyter';

/** The book as seen from the site. */
const BOOK = '../book/';

/** The first heading of a notebook; undefined if it has none. */
export const titleOf = ({ cells }: NotebookContent): string | undefined =>
  cells
    .filter(({ cell_type }) => cell_type === 'markdown')
    .map(({ source }) => /^#\s+(.+)$/m.exec([source].flat().join(''))?.[1])
    .find(Boolean);

/** The folder of the pages in another language, such as `zh/`, of which this is one; empty for an English page. */
export const languageHere = (siteUrl: string, address = globalThis.location?.href ?? siteUrl): string =>
  address.startsWith(siteUrl)
    ? (/^[a-z]{2}\/(?=(?:notebooks|tree)\/)/.exec(address.slice(siteUrl.length))?.[0] ?? '')
    : '';

/** The folder of a chapter's language, empty for English; undefined for a notebook of the reader's own. */
export function languageOf(path: string): string | undefined {
  const [isChapter, folder] = /^([a-z]{2}\/)?\d\d-[^/]+\.ipynb$/.exec(path) ?? [];
  return isChapter && (folder ?? '');
}

/** The address at which the site shows a notebook: a chapter in its language, another as this page. */
export const notebookAddress = (siteUrl: string, path: string): string =>
  new URL(`${languageOf(path) ?? languageHere(siteUrl)}notebooks/index.html?path=${encodeURIComponent(path)}`, siteUrl)
    .href;

/** A page of the application as the address of the same page in a language. */
export function inLanguage(address: string, siteUrl: string, language: string): string {
  const [, page, path] =
    /^(notebooks|tree)\/?(?:index\.html)?(?:\?path=(.*))?$/.exec(address.replace(siteUrl, '')) ?? [];
  if (page === 'notebooks' && path) return notebookAddress(siteUrl, decodeURIComponent(path));
  return page ? new URL(`${language}${page}/index.html`, siteUrl).href : address;
}

/** Where a link leads that the application has pointed at a file of the site; undefined if it is right already. */
function destinationOf(href: string, siteUrl: string): string | undefined {
  const files = new URL('files/', siteUrl).href;
  if (!href.startsWith(files)) return undefined;
  const [path, fragment] = href.slice(files.length).split('#');
  const hash = fragment ? `#${fragment}` : '';
  if (path.endsWith('.ipynb')) return notebookAddress(siteUrl, decodeURIComponent(path)) + hash;
  if (path.startsWith('build/book/')) return new URL(BOOK + path.slice('build/book/'.length) + hash, siteUrl).href;
  return undefined;
}

/** Where the book shows a notebook. */
export const bookPage = (siteUrl: string, path: string | undefined): string =>
  new URL(`${BOOK}${path ? path.replace(/\.ipynb$/, '.html') : `${languageHere(siteUrl)}index.html`}`, siteUrl).href;

/** The name of the tab in which a notebook opens; undefined for any other address. */
export function tabOf(address: string): string | undefined {
  const { pathname, searchParams } = new URL(address);
  const path = pathname.endsWith('/notebooks/index.html') ? searchParams.get('path') : null;
  return path === null ? undefined : `lif-fc-mnist/${path}`;
}

/** What a tab shows; undefined for a page of others. */
function addressOf(tab: Window): string | undefined {
  try {
    return tab.location.href;
  } catch {
    return undefined;
  }
}

/** Goes to the tab of a notebook. One that shows it is not loaded again, which would end what runs there. */
function goTo(address: string, name: string): boolean {
  const tab = window.open('', name);
  if (!tab) return false;
  const shown = addressOf(tab);
  const { hash } = new URL(address);
  if (shown === undefined || tabOf(shown) !== name) tab.location.href = address;
  else if (hash !== '') tab.location.hash = hash;
  tab.focus();
  return true;
}

/**
 * Finds where the site has a file that the reader has saved: the application points a link at a copy of it in memory,
 * which has no name.
 */
function nameCopies(contents: Contents, siteUrl: string): (href: string) => string {
  const names = new Map<string, string>();
  const getDownloadUrl = contents.getDownloadUrl.bind(contents);
  contents.getDownloadUrl = async (path) => {
    const url = await getDownloadUrl(path);
    if (url.startsWith('blob:')) names.set(url, new URL(`files/${encodeURIComponent(path)}`, siteUrl).href);
    return url;
  };
  return (href) => {
    const [url = '', fragment] = href.split('#');
    const name = names.get(url);
    return name === undefined ? href : name + (fragment ? `#${fragment}` : '');
  };
}

/** Follows the links of the page's texts, in new tabs, but each chapter in one alone. */
export function followLinks(contents: Contents, siteUrl: string): void {
  const named = nameCopies(contents, siteUrl);
  const corrected = new WeakSet<HTMLAnchorElement>();
  const correct = (event: Event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[href]') : null;
    if (!link) return;
    const destination = destinationOf(named(link.href), siteUrl);
    if (destination) {
      link.href = destination;
      link.target = '_blank';
      corrected.add(link);
    }
    if (!(event instanceof MouseEvent) || event.type !== 'click' || !corrected.has(link)) return;
    // The application would look for the file itself, and open its list of files or nothing at all.
    event.stopPropagation();
    const asksForMore = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    const name = tabOf(link.href);
    if (!asksForMore && name !== undefined && goTo(link.href, name)) event.preventDefault();
  };
  // Before it is followed, in whatever way: a click, the keyboard, or "open in a new tab".
  for (const type of ['pointerover', 'focusin', 'click']) document.addEventListener(type, correct, { capture: true });
}

/**
 * Leads from a page in another language than its chapter's to one in the chapter's own.
 * @param versions of all chapters, by their paths
 */
export function followLanguage(path: string, siteUrl: string, versions: Readonly<Record<string, string>>): void {
  if (languageOf(path) === languageHere(siteUrl)) return;
  if (Object.hasOwn(versions, path)) window.location.replace(notebookAddress(siteUrl, path) + window.location.hash);
}

/**
 * Shows the section that the page's address names, until the reader does something: the application shows the beginning
 * of a notebook, and draws it cell by cell, so that what is above still grows when a section is there.
 */
export function showSection(hash: string): void {
  if (hash === '') return;
  const section = `[data-jupyter-id="${CSS.escape(decodeURIComponent(hash.slice(1)))}"]`;
  const show = () => document.querySelector(section)?.scrollIntoView();
  const observer = new MutationObserver(show);
  show();
  observer.observe(document.body, { childList: true, subtree: true });
  for (const type of ['wheel', 'pointerdown', 'keydown']) {
    document.addEventListener(type, () => observer.disconnect(), { capture: true, once: true });
  }
}
