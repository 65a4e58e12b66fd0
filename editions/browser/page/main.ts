/**
 * JupyterLite's page of the tutorial: draws figures, offers files, and looks after the reader's work. A federated
 * extension as JupyterLab loads them, without a builder: a container with `init` and `get`.
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
import { bookPage, followLanguage, followLinks, inLanguage, languageHere, showSection, tabOf, titleOf } from './links';
import { addBookLink, addMenu, type Drive } from './menu';
import { keepTables, sayWhatRuns } from './outputs';
import { isShared, openShared } from './share';
import { chapterVersions, copyWatcher, saveInTurns, saveWhenHidden, sayWhereWorkIsKept } from './work';

const NAME = 'lif-fc-mnist-lite';
const script = (document.currentScript as HTMLScriptElement).src;
const folder = new URL('.', script).href;

/** A separate script, loaded on first use. */
const files = (): Promise<typeof import('./files')> => import(script.replace('remoteEntry', 'files'));

/** The styles, after JupyterLab's own. */
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
          for (const watch of [lookAtCopy, saveInTurns, sayWhatRuns, nameTab]) {
            notebooks.widgetAdded.connect((_, panel) => void watch(panel));
            notebooks.forEach((panel) => void watch(panel));
          }
          followLinks(app.serviceManager.contents, siteUrl);
          window.name = tabOf(window.location.href) ?? '';
          window.addEventListener('hashchange', () => showSection(window.location.hash));
          // Without the network the list of chapters may be missing; then the address stays as it is.
          void versions.then((known) => followLanguage(openedPath() ?? '', siteUrl, known));
          const { hash } = window.location;
          const shares = isShared(hash) && !openedPath();
          sayWhat(
            shares ? t`The cells of the link become a notebook of this browser.` : t`The notebook is being opened.`,
          );
          if (shares) openShared(hash, app.serviceManager.contents, siteUrl).catch(refused);
          else showSection(hash);
          saveWhenHidden(notebooks);
          keepTables();
        }
        const language = languageHere(siteUrl);
        if (language !== '') stayInLanguage(app, language, siteUrl, option('notebookPage'));
        const more = language === '' ? [] : neededIn(new URL(language, siteUrl), siteUrl);
        void app.restored.then(async () => {
          sayWhereWorkIsKept(utilities);
          await workOffline(siteUrl, await more);
        });
      },
    },
  ];
}

/** The application opens its English pages, and its list of files with the English ones. */
function stayInLanguage(app: App, language: string, siteUrl: string, page: string): void {
  const open = window.open.bind(window);
  window.open = (url, ...more) => open(url && inLanguage(String(url), siteUrl, language), ...more);
  if (page === 'tree') {
    const place = { path: language.slice(0, -1), dontShowBrowser: true };
    void app.restored.then(() => app.commands.execute('filebrowser:go-to-path', place));
  }
}

/** What chapters in a language need besides, to be kept for use without the network. */
const neededIn = (pages: URL, siteUrl: string): Promise<string[]> =>
  fetch(new URL('needed.json', pages))
    .then((response) => response.json())
    .then((paths: string[]) => paths.map((path) => new URL(path, siteUrl).href))
    .catch(() => []);

/** Each tab has the title of its chapter. The application gives all of them its own name, and does so again later. */
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

/** What the sign of loading waits for. */
function sayWhat(text: string): void {
  const place = document.querySelector('#jupyterlite-loading-indicator small');
  if (place) place.textContent = text;
}

/** In place of the sign of loading: there is no notebook to be shown. */
function refused({ message }: Error): void {
  const text = Object.assign(document.createElement('p'), {
    textContent: t`The cells of this link are not shown: ${message}.`,
  });
  const link = Object.assign(document.createElement('a'), { href: '../index.html', textContent: t`The chapters` });
  document.querySelector('#jupyterlite-loading-indicator')?.replaceChildren(text, link);
}

/** The notebook that the page's address names. */
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
