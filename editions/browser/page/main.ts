/**
 * The extension of JupyterLite's pages: draws figures, offers downloads, and manages the reader's work. A hand-written
 * container of module federation, with `init` and `get`.
 */
import { workOffline } from '../../shared/page/offline';
import { t } from '../../shared/page/words';
import { addDownloads } from './downloads';
import { addFigures } from './figures';
import {
  type App,
  load,
  type MainMenu,
  type NotebookPanel,
  type NotebookTracker,
  type RenderMimeRegistry,
  type Scope,
} from './jupyter';
import {
  bookPage,
  followLinks,
  inLanguage,
  languageHere,
  redirectToLanguage,
  showSection,
  tabOf,
  titleOf,
} from './links';
import { addBookLink, addMenu, type Drive } from './menu';
import { keepTables, showRunningCells } from './outputs';
import { chapterVersions, copyWatcher, queueSaves, saveWhenHidden, tellWhereWorkIsKept } from './work';

const NAME = 'lif-fc-mnist-lite';
const script = (document.currentScript as HTMLScriptElement).src;
const folder = new URL('.', script).href;

/** Loads the separate script for zip files on first use. */
const files = (): Promise<typeof import('./files')> => import(script.replace('remoteEntry', 'files'));

/** Adds the styles after JupyterLab's own. */
function addStyles(): void {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = `${folder}page.css`;
  document.head.append(link);
}

async function plugins(scope: Scope) {
  const [utilities, coreutils, mainmenu, notebook, rendermime, services, widgets] = await Promise.all([
    load(scope, '@jupyterlab/apputils'),
    load(scope, '@jupyterlab/coreutils'),
    load(scope, '@jupyterlab/mainmenu'),
    load(scope, '@jupyterlab/notebook'),
    load(scope, '@jupyterlab/rendermime'),
    load(scope, '@jupyterlab/services'),
    load(scope, '@lumino/widgets'),
  ]);
  const siteUrl = new URL(coreutils.PageConfig.getBaseUrl(), window.location.href).href;
  const option = (name: string) =>
    (coreutils.PageConfig as unknown as { getOption(name: string): string }).getOption(name);
  return [
    {
      id: `${NAME}:figures`,
      autoStart: true,
      requires: [rendermime.IRenderMimeRegistry],
      activate: (_: App, registry: RenderMimeRegistry) => {
        addFigures(registry, widgets, folder);
        addDownloads(registry, widgets, utilities, siteUrl);
      },
    },
    {
      id: `${NAME}:work`,
      autoStart: true,
      requires: [services.IDefaultDrive],
      optional: [mainmenu.IMainMenu, notebook.INotebookTracker],
      activate: (app: App, drive: Drive, mainMenu: MainMenu | null, tracker: NotebookTracker | null) => {
        const notebooks = tracker ?? undefined;
        if (mainMenu) addMenu(app, mainMenu, widgets, utilities, { tracker: notebooks, drive, siteUrl, files });
        addBookLink(app, widgets, bookPage(siteUrl, openedPath()));
        if (notebooks) {
          const versions = chapterVersions(siteUrl);
          const lookAtCopy = copyWatcher(app.serviceManager.contents, utilities, versions);
          const nameTab = tabNamer(option('appName'));
          for (const watch of [lookAtCopy, queueSaves, showRunningCells, nameTab]) {
            notebooks.widgetAdded.connect((_, panel) => void watch(panel));
            notebooks.forEach((panel) => void watch(panel));
          }
          followLinks(app.serviceManager.contents, siteUrl);
          window.name = tabOf(window.location.href) ?? '';
          window.addEventListener('hashchange', () => showSection(window.location.hash));
          // Offline the list of chapters may be missing; then there is no redirect.
          void versions.then((known) => redirectToLanguage(openedPath() ?? '', siteUrl, known));
          setLoadingText(t`The notebook is being opened.`);
          showSection(window.location.hash);
          saveWhenHidden(notebooks);
          keepTables();
        }
        const language = languageHere(siteUrl);
        if (language !== '') stayInLanguage(app, language, siteUrl, option('notebookPage'));
        const more = language === '' ? [] : neededIn(new URL(language, siteUrl), siteUrl);
        void app.restored.then(async () => {
          tellWhereWorkIsKept(utilities);
          await workOffline(siteUrl, await more);
        });
      },
    },
  ];
}

/** Keeps links of the application, which lead to English pages and files, in the language. */
function stayInLanguage(app: App, language: string, siteUrl: string, page: string): void {
  const open = window.open.bind(window);
  window.open = (url, ...more) => open(url && inLanguage(String(url), siteUrl, language), ...more);
  if (page === 'tree') {
    const place = { path: language.slice(0, -1), dontShowBrowser: true };
    void app.restored.then(() => app.commands.execute('filebrowser:go-to-path', place));
  }
}

/** Further files of a language to keep for use offline. */
const neededIn = (pages: URL, siteUrl: string): Promise<string[]> =>
  fetch(new URL('needed.json', pages))
    .then((response) => response.json())
    .then((paths: string[]) => paths.map((path) => new URL(path, siteUrl).href))
    .catch(() => []);

/** Sets the title of the tab to that of the chapter, whenever the application replaces it by its own name. */
function tabNamer(appName: string): (panel: NotebookPanel) => Promise<void> {
  let title = document.title;
  const setTitle = () => {
    if (document.title !== title) document.title = title;
  };
  new MutationObserver(setTitle).observe(document.head, { childList: true, subtree: true, characterData: true });
  return async ({ context }) => {
    await context.ready;
    title = `${titleOf(context.model.toJSON()) ?? context.path.replace(/\.ipynb$/, '')} · ${appName}`;
    setTitle();
  };
}

/** Sets the text of the loading indicator. */
function setLoadingText(text: string): void {
  const place = document.querySelector('#jupyterlite-loading-indicator small');
  if (place) place.textContent = text;
}

/** The path of the notebook in the page's address. */
const openedPath = () => new URLSearchParams(window.location.search).get('path') ?? undefined;

let shared: Scope;
const containers = window as unknown as { _JUPYTERLAB?: Record<string, object> };
containers._JUPYTERLAB ??= {};
containers._JUPYTERLAB[NAME] = {
  init(scope: Scope) {
    shared = scope;
  },
  async get() {
    const found = await plugins(shared);
    addStyles();
    return () => ({ __esModule: true, default: found });
  },
};
