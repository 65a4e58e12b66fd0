// Writes the site's pages: those of JupyterLite, with a loading indicator from the start, and a front page that lists the
// chapters.
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { byPart } from '../../../packages/system/chapters';
import { chapterNames, readJson, root, UserError, writeWhole } from '../../../packages/system/project';
import { FAVICON, writeApp } from '../../shared/app';
import { introduction, type Notebook } from '../../shared/cells';
import { readChapter } from '../../shared/copies';
import { escapeHtml } from '../../shared/html';

/** JupyterLite's apps that the site has, with the title of each page until it has loaded. */
export const APPS = { notebooks: 'A chapter', tree: 'All files' };

/**
 * The loading indicator, which the application hides. JupyterLite's own comes seconds later, with the scripts.
 */
const INDICATOR = `<div id="jupyterlite-loading-indicator" role="status"><p>Opening…</p><i></i><p><small>The notebooks' application is loading. The first time that takes longest; then this browser keeps it.</small></p></div>`;
/** Until the application has loaded its theme, the page has the system's colours. */
const INDICATOR_STYLE = `<style>
#jupyterlite-loading-indicator { font: 1rem system-ui, sans-serif; text-align: center; padding: 30vh 1rem 0; box-sizing: border-box; }
#jupyterlite-loading-indicator small { display: inline-block; max-width: 24rem; opacity: 0.85; }
#jupyterlite-loading-indicator i { display: inline-block; width: 12rem; height: 4px; border-radius: 2px; background: linear-gradient(90deg, #0072b200, #0072b2, #0072b200) 0 / 50% no-repeat #8884; animation: lif-opening 1.2s linear infinite; }
@keyframes lif-opening { from { background-position: -100% } to { background-position: 200% } }
@media (prefers-color-scheme: dark) { body, body #jupyterlite-loading-indicator { background-color: #111; color: #fff; } }
</style>`;

/**
 * JupyterLite's page with a loading indicator from the start.
 * @param isolate the script that the application waits for (editions/browser/page/isolate.ts)
 * @throws UserError in one line if the page is not as expected
 */
function appPage(html: string, title: string, isolate: string) {
  const script = isolate.trim().replaceAll('$', '$$$$');
  const changes: [RegExp, string][] = [
    [/<html>/, '<html lang="en">'],
    [/<title>[^<]*<\/title>/, `<title>${escapeHtml(title)}</title>`],
    // JupyterLite's own manifest would install another app. Without an icon, browsers request one from the root.
    [
      /<link rel="manifest"[^>]*>/,
      '<link rel="manifest" href="../manifest.webmanifest"><link rel="icon" href="../favicon.svg">',
    ],
    // The script restores it, unless the page is going to be reloaded.
    [/(<link id="jupyter-lite-main") rel="preload"([^>]*>)/, `$1$2<script>${script}</script>`],
    [/(?=await import\(\s*'\.\.\/config-utils\.js)/, 'await window.isolated;'],
    [/<\/head>/, `${INDICATOR_STYLE}</head>`],
    [/<body([^>]*)>[\s\S]*?(?=<noscript>|<\/body>)/, `<body$1>${INDICATOR}`],
  ];
  return changes.reduce((text, [from, to]) => {
    if (!from.test(text)) throw new UserError(`JupyterLite's page: expected ${from}, found none`);
    return text.replace(from, to);
  }, html);
}

/** Markdown of one paragraph as HTML: bold, italics, code, and links as their text. */
const inline = (markdown: string) =>
  escapeHtml(markdown)
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replace(/\*([^*]+)\*/g, '<em>$1</em>')
    .replace(/`([^`]+)`/g, '<code>$1</code>');

interface Chapter {
  /** of its file */
  name: string;
  notebook: Notebook;
}

/**
 * The front page: the template with the chapters of each part, in order.
 * @param template editions/browser/index.html
 */
export function frontPage(template: string, chapters: Chapter[]) {
  const item = ({ name, notebook }: Chapter) => {
    const { title, aim, time } = introduction(notebook);
    const address = `notebooks/index.html?path=${encodeURIComponent(name)}`;
    return `<li><a href="${address}">${escapeHtml(title)}</a><p>${inline(`${aim} ${time}`.trimEnd().replace('。 ', '。'))}</p></li>`;
  };
  const parts = byPart(chapters).map(
    ({ part, chapters: own }) => `<h2>${part}</h2>\n<ol>\n${own.map(item).join('\n')}\n</ol>`,
  );
  return template.replace('<!-- chapters -->', () => parts.join('\n'));
}

/**
 * Changes the pages of a site that `jupyter lite build` has made.
 * @param site its folder
 * @param isolate the script that its pages run first
 */
export function preparePages(site: string, isolate: string) {
  const settings = readJson(join(root, 'editions', 'browser', 'jupyter-lite.json'))['jupyter-config-data'];
  for (const [app, title] of Object.entries(APPS)) {
    const file = join(site, app, 'index.html');
    writeWhole(file, appPage(readFileSync(file, 'utf8'), `${title} · ${settings.appName}`, isolate));
  }
  const chapters = chapterNames().map((name) => ({ name, notebook: readChapter(name) }));
  writeWhole(
    join(site, 'index.html'),
    frontPage(readFileSync(join(root, 'editions', 'browser', 'index.html'), 'utf8'), chapters),
  );
  copyFileSync(FAVICON, join(site, 'favicon.svg'));
  writeApp(site, {
    name: `${settings.appName}: the notebooks`,
    short_name: 'Notebooks',
    description: 'The chapters as notebooks that run in this browser',
  });
  withoutImages(join(site, 'api', 'contents', 'all.json'));
}

/** Hides the folder of drawings from a list of files; texts still find them. */
export function withoutImages(list: string) {
  const folder: { content: { name: string }[] } = readJson(list);
  writeWhole(list, JSON.stringify({ ...folder, content: folder.content.filter(({ name }) => name !== 'images') }));
}
