/**
 * Keeps the reader's work, tells once where it is kept, and offers newer versions of chapters.
 */
import { hashOfCells } from '../../../hosts/browser/hash';
import { t } from '../../shared/page/words';
import type { ApplicationUtilities, Contents, NotebookContent, NotebookPanel, NotebookTracker } from './jupyter';

/** What to do with a copy: keep it, replace it because it is unchanged, or ask. */
function decide(copy: NotebookContent, current: string | undefined): 'keep' | 'replace' | 'ask' {
  const { version, keptOver } = copy.metadata.lif_fc_mnist ?? {};
  // The reader's own notebook, one that the site no longer has, or the newest version.
  if (!version || !current || version === current || keptOver === current) return 'keep';
  const own = hashOfCells(copy);
  if (own === current) return 'keep';
  return own === version ? 'replace' : 'ask';
}

/** `01-x.ipynb` becomes `01-x (mine until 2026-11-25).ipynb`. */
export const backupName = (path: string, date = new Date()): string =>
  path.replace(/\.ipynb$/, t` (mine until ${date.toISOString().slice(0, 10)}).ipynb`);

/** The name, with a number if it is taken. */
export async function freeName(name: string, isTaken: (name: string) => Promise<boolean>): Promise<string> {
  const stem = name.replace(/\.ipynb$/, '');
  let free = name;
  for (let n = 2; await isTaken(free); n++) free = `${stem}-${n}${name.slice(stem.length)}`;
  return free;
}

/** Whether a file or folder exists. */
export const exists = (contents: Contents, path: string): Promise<boolean> =>
  contents.get(path, { content: false }).then(
    () => true,
    () => false,
  );

/** The version of each chapter of the site, by path; empty when offline. */
export const chapterVersions = (siteUrl: string): Promise<Record<string, string>> =>
  fetch(new URL('lif-fc-mnist/chapters.json', siteUrl), { cache: 'no-cache' })
    .then((response) => response.json())
    .catch(() => ({}));

/** Returns a function that checks whether an opened notebook is a copy of an older chapter. */
export function copyWatcher(
  contents: Contents,
  { showDialog, Dialog, Notification }: ApplicationUtilities,
  versions: ReturnType<typeof chapterVersions>,
): (panel: NotebookPanel) => Promise<void> {
  const takeNew = async ({ context }: NotebookPanel) => {
    await contents.delete(context.path);
    await context.revert();
  };
  return async (panel) => {
    const { context } = panel;
    await context.ready;
    const current = (await versions)[context.path];
    const copy = context.model.toJSON();
    const what = decide(copy, current);
    if (what === 'keep') return;
    if (what === 'replace') {
      await takeNew(panel);
      const message = t`This chapter is new since you opened it last. You had changed nothing in it.`;
      Notification.info(message, { autoClose: 10_000 });
      return;
    }
    const aside = await freeName(backupName(context.path), (name) => exists(contents, name));
    const keep = Dialog.cancelButton({ label: t`Keep mine` });
    const take = Dialog.okButton({ label: t`Take the new one` });
    const { button } = await showDialog({
      title: t`This chapter has changed since you saved it`,
      body: t`If you take the new one, yours stays in the list of files as “${aside}”.`,
      buttons: [keep, take],
    });
    if (panel.isDisposed) return;
    if (button.label === take.label) {
      const { version } = copy.metadata.lif_fc_mnist ?? {};
      // The old one becomes the reader's own notebook, which is not reported as outdated.
      const own = { ...copy, metadata: { ...copy.metadata, lif_fc_mnist: { version, keptOver: current } } };
      await contents.save(aside, { type: 'notebook', format: 'json', content: own });
      await takeNew(panel);
    } else {
      context.model.setMetadata('lif_fc_mnist', { ...copy.metadata.lif_fc_mnist, keptOver: current });
      await context.save();
    }
  };
}

const TOLD = 'lif-fc-mnist said where work is kept';

/** Saves changes when the page is hidden, since phones may then end it without notice. */
export function saveWhenHidden(tracker: NotebookTracker): void {
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'hidden') return;
    tracker.forEach(({ context }) => {
      if (context.model.dirty) void context.save();
    });
  });
}

/**
 * Makes each save wait for the previous one. Of two at once, as after pressing Ctrl+S twice, the second would find that the
 * file has changed, and ask what to do.
 */
export function queueSaves({ context }: NotebookPanel): void {
  const save = context.save.bind(context);
  let last: Promise<unknown> = Promise.resolve();
  context.save = () => {
    const next = last.then(save);
    last = next.catch(() => undefined);
    return next;
  };
}

/** Tells where work is kept; also for private windows, since pages cannot detect those. */
export function tellWhereWorkIsKept({ Notification }: ApplicationUtilities): void {
  if (!navigator.cookieEnabled) {
    const message = t`This browser keeps nothing of this site: your work is lost when you close it. The menu Tutorial downloads it.`;
    Notification.warning(message, { autoClose: false });
    return;
  }
  if (localStorage.getItem(TOLD)) return;
  localStorage.setItem(TOLD, 'yes');
  const message = t`Your work stays in this browser; in a private window, until you close it. The menu Tutorial downloads it.`;
  // On a phone it covers the text.
  Notification.info(message, { autoClose: window.innerWidth < 600 ? 6000 : 15_000 });
}
