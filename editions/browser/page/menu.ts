/** The menu Tutorial: links to the book, and commands for the reader's work. */
import { removeWork, storeFile } from '../../../hosts/browser/storage';
import { t } from '../../shared/page/words';
import type { App, ApplicationUtilities, MainMenu, Modules, NotebookTracker } from './jupyter';
import { bookPage, languageHere, languageOf, notebookAddress } from './links';

/** JupyterLite's storage of files. */
export interface Drive {
  clearStorage(): Promise<void>;
}

/** A file name that `checkName` accepts, with its ending; browsers call a second download `net (1).nir`. */
export function toPlainName(name: string): string {
  const ending = /\.\w+$/.exec(name)?.[0] ?? '';
  const stem = name.slice(0, name.length - ending.length).replace(/[^\w.-]+/g, '-');
  return `${stem.replace(/^\W+/, '') || 'file'}${ending}`;
}

/** The storage key of the learner's name, which is asked for at the first download and may be empty. */
const LEARNER = 'lif-fc-mnist name of the learner';

/** Uses the browser's storage; null if it is blocked, so that each download asks for the name. */
function inStorage<R>(use: (storage: Storage) => R): R | null {
  try {
    return use(localStorage);
  } catch {
    return null;
  }
}

/** Loads the script for zip files. */
type Files = () => Promise<typeof import('./files')>;

/** Access to the reader's work. */
interface Work {
  tracker?: NotebookTracker;
  drive: Drive;
  siteUrl: string;
  files: Files;
}

/** Opens a file dialog, for any type: phones do not offer files of types that they do not know. */
function chooseFile(take: (file: File) => void): void {
  const input = Object.assign(document.createElement('input'), { type: 'file' });
  input.onchange = () => input.files?.[0] && take(input.files[0]);
  input.click();
}

/** Imports a file; the message stays visible (`isLong`) if changed work was kept under another name. */
async function importFile(file: File, app: App, siteUrl: string, tracker: NotebookTracker | undefined, files: Files) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (!/\.(?:zip|ipynb)$/i.test(file.name)) {
    const name = toPlainName(file.name);
    await storeFile(siteUrl, name, bytes);
    return { message: t`Taken in: a cell reads it by loadFile('${name}').`, isLong: false };
  }
  const { readDownload, importDownload } = await files();
  const download = readDownload(file.name, bytes);
  await tracker?.currentWidget?.context.save();
  const aside = await importDownload(app.serviceManager.contents, siteUrl, download);
  await tracker?.currentWidget?.context.revert();
  const notebooks = Object.keys(download.notebooks);
  const runs = Object.keys(download.runs).length;
  const counts = [
    notebooks.length === 1 ? t`1 notebook` : t`${notebooks.length} notebooks`,
    runs === 1 ? t`1 run` : t`${runs} runs`,
  ].filter((_, i) => [notebooks.length, runs][i] > 0);
  const [only, ...others] = notebooks;
  const where = only && others.length === 0 ? t` “All chapters and files” lists it as ${only}.` : '';
  const kept = aside.length > 0 ? t` What you had changed here is now called ${aside.join(', ')}.` : '';
  return { message: t`Taken in: ${counts.join(', ')}.${kept || where}`, isLong: aside.length > 0 };
}

export function addMenu(
  app: App,
  mainMenu: MainMenu,
  { Menu }: Modules['@lumino/widgets'],
  { showDialog, Dialog, InputDialog, Notification }: ApplicationUtilities,
  { tracker, drive, siteUrl, files }: Work,
): void {
  const menu = new Menu({ commands: app.commands });
  menu.id = 'lif-menu-tutorial';
  menu.title.label = t`Tutorial`;
  const add = (id: string, label: string, execute: () => unknown) => {
    app.commands.addCommand(id, { label, execute, describedBy: { args: { type: 'object', properties: {} } } });
    menu.addItem({ command: id });
  };
  const tell = (message: string, isLong = false) => Notification.info(message, { autoClose: isLong ? false : 6000 });
  const warn = ({ message }: Error) => Notification.warning(message, { autoClose: false });

  add('lif:book', t`Read this in the book`, () => {
    window.open(bookPage(siteUrl, tracker?.currentWidget?.context.path), '_blank', 'noopener');
  });
  const here = languageHere(siteUrl);
  add('lif:files', t`All chapters and files`, () => window.open(new URL(`${here}tree/index.html`, siteUrl), '_blank'));
  // The catalogue translates this to English: the name of the other language.
  add('lif:language', t`中文`, () => {
    const path = tracker?.currentWidget?.context.path ?? '';
    const other = here === '' ? `zh/${path}` : path.slice(here.length);
    const isChapter = path.startsWith(here) && languageOf(other) !== undefined;
    const front = `${here === '' ? 'zh/' : ''}index.html`;
    window.open(isChapter ? notebookAddress(siteUrl, other) : new URL(front, siteUrl), '_blank');
  });
  menu.addItem({ type: 'separator' });
  const downloadFor = async (learner: string) => {
    await tracker?.currentWidget?.context.save();
    const { count, zip } = await (await files()).downloadNotebooks(app.serviceManager.contents, learner, siteUrl);
    const actions = [{ label: t`Another name…`, callback: () => void askForName(learner) }];
    Notification.info(t`${count} notebooks in one zip file, ${zip}.`, { autoClose: 6000, actions });
  };
  const askForName = async (text: string) => {
    const { value } = await InputDialog.getText({
      title: t`Whose notebooks are these?`,
      label: t`Your name begins the name of the zip file, so your teacher knows whose it is. You can leave it empty.`,
      text,
      okLabel: t`Download`,
    });
    if (value === null) return;
    inStorage((storage) => storage.setItem(LEARNER, value));
    await downloadFor(value);
  };
  add('lif:download-notebooks', t`Download all my notebooks`, () => {
    const learner = inStorage((storage) => storage.getItem(LEARNER));
    return learner === null ? askForName('') : downloadFor(learner);
  });
  add('lif:download-run', t`Download the run`, async () => {
    const count = await (await files()).downloadRuns(siteUrl);
    if (count === 0)
      tell(t`No run is saved in this browser yet. The chapter "The training loop" trains a network and saves one.`);
  });
  add('lif:take-in', t`Take a file in…`, () =>
    chooseFile((file) => {
      const taken = importFile(file, app, siteUrl, tracker, files);
      taken.then(({ message, isLong }) => tell(message, isLong), warn);
    }),
  );
  menu.addItem({ type: 'separator' });
  add('lif:start-again', t`Start again clean`, async () => {
    const remove = Dialog.warnButton({ label: t`Remove my work` });
    const { button } = await showDialog({
      title: t`Remove your work from this browser?`,
      body: t`Your copies of the chapters, your own notebooks, your runs and your files are removed for good. “Download all my notebooks” keeps them.`,
      buttons: [Dialog.cancelButton({ label: t`Cancel` }), remove],
    });
    if (button.label !== remove.label) return;
    await drive.clearStorage();
    await removeWork(siteUrl);
    inStorage((storage) => storage.removeItem(LEARNER));
    // Otherwise, leaving the page would ask whether to save the open copy.
    await tracker?.currentWidget?.context.revert();
    window.location.reload();
  });
  mainMenu.addMenu(menu, true, { rank: 900 });
}

/** Adds a link to the book at the top left, in place of JupyterLite's logo. */
export function addBookLink(app: App, { Widget }: Modules['@lumino/widgets'], address: string): void {
  const link = Object.assign(document.createElement('a'), { href: address, textContent: t`← The book` });
  link.style.cssText = 'padding: 4px 12px; align-self: center; color: var(--jp-content-link-color)';
  app.shell.add(Object.assign(new Widget({ node: link }), { id: 'lif-book-link' }), 'top', { rank: 0 });
}
