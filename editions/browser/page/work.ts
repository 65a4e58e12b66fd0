/**
 * The reader's work: kept, said once where, and told from a newer chapter of the site, so that neither hides the other.
 */
import { hashOfCells } from '../../../hosts/browser/hash';
import { t } from '../../shared/page/words';
import type { ApplicationUtilities, Contents, NotebookContent, NotebookPanel, NotebookTracker } from './jupyter';

/** What to do with a copy: nothing, replace it since the reader has changed nothing in it, or ask. */
function decide(copy: NotebookContent, current: string | undefined): 'keep' | 'replace' | 'ask' {
  const { version, keptOver } = copy.metadata.lif_fc_mnist ?? {};
  // A notebook of the reader's own, one that the site no longer has, or the newest.
  if (!version || !current || version === current || keptOver === current) return 'keep';
  const own = hashOfCells(copy);
  if (own === current) return 'keep';
  return own === version ? 'replace' : 'ask';
}

/** `01-x.ipynb` becomes `01-x (mine until 2026-11-25).ipynb`. */
export const nameOfOld = (path: string, date = new Date()): string =>
  path.replace(/\.ipynb$/, t` (mine until ${date.toISOString().slice(0, 10)}).ipynb`);

/** The name, with a number behind it if it is taken. */
export async function freeName(name: string, isTaken: (name: string) => Promise<boolean>): Promise<string> {
  const stem = name.replace(/\.ipynb$/, '');
  let free = name;
  for (let n = 2; await isTaken(free); n++) free = `${stem}-${n}${name.slice(stem.length)}`;
  return free;
}

/** Whether there is a file or folder of this path. */
export const exists = (contents: Contents, path: string): Promise<boolean> =>
  contents.get(path, { content: false }).then(
    () => true,
    () => false,
  );

/** The version of each chapter of the site, by its path. Without the network none is known. */
export const chapterVersions = (siteUrl: string): Promise<Record<string, string>> =>
  fetch(new URL('lif-fc-mnist/chapters.json', siteUrl), { cache: 'no-cache' })
    .then((response) => response.json())
    .catch(() => ({}));

/** What looks whether a notebook that was opened is the copy of an older chapter. */
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
    const aside = await freeName(nameOfOld(context.path), (name) => exists(contents, name));
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
      // The old one is the reader's own notebook from now on, no longer reported as outdated.
      const own = { ...copy, metadata: { ...copy.metadata, lif_fc_mnist: { version, keptOver: current } } };
      await contents.save(aside, { type: 'notebook', format: 'json', content: own });
      await takeNew(panel);
    } else {
      context.model.setMetadata('lif_fc_mnist', { ...copy.metadata.lif_fc_mnist, keptOver: current });
      await context.save();
    }
  };
}

const SAID = 'lif-fc-mnist said where work is kept';

/** Saves what was changed when the page is put away: a phone may end it then without another word. */
export function saveWhenHidden(tracker: NotebookTracker): void {
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'hidden') return;
    tracker.forEach(({ context }) => {
      if (context.model.dirty) void context.save();
    });
  });
}

/**
 * Each save waits for the one before. Of two at once, the second would find that the file had changed and ask what to do, as
 * after Ctrl+S twice.
 */
export function saveInTurns({ context }: NotebookPanel): void {
  const save = context.save.bind(context);
  let last: Promise<unknown> = Promise.resolve();
  context.save = () => {
    const next = last.then(save);
    last = next.catch(() => undefined);
    return next;
  };
}

/** No page can tell whether its window is private, so all are told what holds in one. */
export function sayWhereWorkIsKept({ Notification }: ApplicationUtilities): void {
  if (!navigator.cookieEnabled) {
    const message = t`This browser keeps nothing of this site: your work is lost when you close it. The menu Tutorial downloads it.`;
    Notification.warning(message, { autoClose: false });
    return;
  }
  if (localStorage.getItem(SAID)) return;
  localStorage.setItem(SAID, 'yes');
  const message = t`Your work stays in this browser; in a private window, until you close it. The menu Tutorial downloads it.`;
  // On a phone it lies over the text.
  Notification.info(message, { autoClose: window.innerWidth < 600 ? 6000 : 15_000 });
}
