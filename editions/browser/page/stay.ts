/** Keeps the reader's work, and says once where. */

import { t } from '../../shared/page/words';
import type { ApplicationUtilities, NotebookPanel, NotebookTracker } from './jupyter';

const SAID = 'lif-fc-mnist said where work is kept';

/** Whether this browser keeps anything at all. Some private windows keep nothing. */
function keeps(): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      const request = indexedDB.open('lif-fc-mnist probe');
      request.onsuccess = () => {
        request.result.close();
        indexedDB.deleteDatabase('lif-fc-mnist probe');
        resolve(true);
      };
      request.onerror = () => resolve(false);
    } catch {
      resolve(false);
    }
  });
}

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
export function saveInTurns(tracker: NotebookTracker): void {
  const watch = ({ context }: NotebookPanel) => {
    const save = context.save.bind(context);
    let last: Promise<unknown> = Promise.resolve();
    context.save = () => {
      const next = last.then(save);
      last = next.catch(() => undefined);
      return next;
    };
  };
  tracker.widgetAdded.connect((_, panel) => watch(panel));
  tracker.forEach(watch);
}

/** No page can tell whether its window is private, so all are told what holds in one. */
export async function sayWhereWorkIsKept({ Notification }: ApplicationUtilities): Promise<void> {
  if (!(await keeps())) {
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
