/**
 * Makes links in texts open chapters in the application, and pages of the book in the book, instead of files.
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

/** The folder of this page's language, such as `zh/`; empty for English. */
export const languageHere = (siteUrl: string, address = globalThis.location?.href ?? siteUrl): string =>
  address.startsWith(siteUrl)
    ? (/^[a-z]{2}\/(?=(?:notebooks|tree)\/)/.exec(address.slice(siteUrl.length))?.[0] ?? '')
    : '';

/** The folder of a chapter's language, empty for English; undefined for the reader's own notebooks. */
export function languageOf(path: string): string | undefined {
  const [isChapter, folder] = /^([a-z]{2}\/)?\d\d-[^/]+\.ipynb$/.exec(path) ?? [];
  return isChapter && (folder ?? '');
}

/** The address of a notebook: of a chapter in its language, of others in that of this page. */
export const notebookAddress = (siteUrl: string, path: string): string =>
  new URL(`${languageOf(path) ?? languageHere(siteUrl)}notebooks/index.html?path=${encodeURIComponent(path)}`, siteUrl)
    .href;

/** The address of an application page in a language. */
export function inLanguage(address: string, siteUrl: string, language: string): string {
  const [, page, path] =
    /^(notebooks|tree)\/?(?:index\.html)?(?:\?path=(.*))?$/.exec(address.replace(siteUrl, '')) ?? [];
  if (page === 'notebooks' && path) return notebookAddress(siteUrl, decodeURIComponent(path));
  return page ? new URL(`${language}${page}/index.html`, siteUrl).href : address;
}

/** The right destination of a link that the application has pointed at a file of the site; undefined for other links. */
function destinationOf(href: string, siteUrl: string): string | undefined {
  const files = new URL('files/', siteUrl).href;
  if (!href.startsWith(files)) return undefined;
  const [path, fragment] = href.slice(files.length).split('#');
  const hash = fragment ? `#${fragment}` : '';
  if (path.endsWith('.ipynb')) return notebookAddress(siteUrl, decodeURIComponent(path)) + hash;
  if (path.startsWith('build/book/')) return new URL(BOOK + path.slice('build/book/'.length) + hash, siteUrl).href;
  return undefined;
}

/** The book's page for a notebook. */
export const bookPage = (siteUrl: string, path: string | undefined): string =>
  new URL(`${BOOK}${path ? path.replace(/\.ipynb$/, '.html') : `${languageHere(siteUrl)}index.html`}`, siteUrl).href;

/** The name of a notebook's browser tab; undefined for other addresses. */
export function tabOf(address: string): string | undefined {
  const { pathname, searchParams } = new URL(address);
  const path = pathname.endsWith('/notebooks/index.html') ? searchParams.get('path') : null;
  return path === null ? undefined : `lif-fc-mnist/${path}`;
}

/** The address in a tab; undefined for a page of another site. */
function addressOf(tab: Window): string | undefined {
  try {
    return tab.location.href;
  } catch {
    return undefined;
  }
}

/** Switches to the tab of a notebook, without reloading it, which would end its kernel. */
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
 * Maps addresses back to files: for a saved file the application makes links to an unnamed copy in memory.
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

/** Opens links of texts in new tabs, with one tab per chapter. */
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
    // The application would look for a file, and open its list of files or nothing.
    event.stopPropagation();
    const asksForMore = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    const name = tabOf(link.href);
    if (!asksForMore && name !== undefined && goTo(link.href, name)) event.preventDefault();
  };
  // Before the link can be followed by a click, the keyboard, or "open in a new tab".
  for (const type of ['pointerover', 'focusin', 'click']) document.addEventListener(type, correct, { capture: true });
}

/**
 * Redirects to the page in the chapter's language.
 * @param versions of all chapters, by path
 */
export function redirectToLanguage(path: string, siteUrl: string, versions: Readonly<Record<string, string>>): void {
  if (languageOf(path) === languageHere(siteUrl)) return;
  if (Object.hasOwn(versions, path)) window.location.replace(notebookAddress(siteUrl, path) + window.location.hash);
}

/**
 * Scrolls to the section in the page's address, again and again until the reader does something: the application draws a
 * notebook cell by cell from the top, so sections move down.
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
