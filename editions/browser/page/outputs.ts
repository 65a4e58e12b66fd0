/**
 * What is added to the outputs of cells. A line says of a cell that goes on without a word that it still runs and how to
 * stop it, and of those behind it that they wait. The lines are no outputs, so no notebook keeps them.
 */

import { t } from '../../shared/page/words';
import type { NotebookPanel } from './jupyter';

/** Milliseconds without a message from the cell that runs. A bar that moves is a message. */
const PATIENCE = 10_000;

const RUNS = t`Still running; nothing new for 10 s. The first time, loading and compiling come before the work. ■ in the toolbar stops it, or Esc and then I twice.`;
const WAITS = t`Waits for the cell above, which is still running.`;

/** The line of a cell; without a text it goes. */
function say({ node }: { node: HTMLElement }, text: string | undefined): void {
  const line = node.querySelector<HTMLElement>(':scope > .lif-waiting');
  if (text === undefined) line?.remove();
  else if (line === null) {
    const empty = Object.assign(document.createElement('p'), { className: 'lif-waiting', role: 'status' });
    node.append(empty);
    // Screen readers read what changes in a place that was there before.
    requestAnimationFrame(() => {
      empty.textContent = text;
    });
  } else if (line.textContent !== text) line.textContent = text;
}

export function sayWhatRuns({ content, sessionContext }: NotebookPanel): void {
  /** The request of the cell that runs. */
  let running: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isSaid = false;

  const sayAll = () => {
    isSaid = true;
    for (const cell of content.widgets) {
      const future = cell.outputArea?.future;
      const isOpen = running !== undefined && future && !future.isDisposed;
      // A cell that asks something says itself what it waits for.
      const asks = cell.node.querySelector('.jp-Stdin-input') !== null;
      say(cell, !isOpen || asks ? undefined : future.msg.header.msg_id === running ? RUNS : WAITS);
    }
    begin();
  };
  /** Again and again: cells come to the queue. */
  const begin = () => {
    clearTimeout(timer);
    if (running !== undefined) timer = setTimeout(sayAll, PATIENCE);
  };
  const quiet = () => {
    begin();
    if (!isSaid) return;
    isSaid = false;
    for (const cell of content.widgets) say(cell, undefined);
  };

  sessionContext.iopubMessage.connect((_, { header, parent_header: parent, content: { execution_state: state } }) => {
    if (parent.msg_type !== 'execute_request') return;
    if (state === 'busy') running = parent.msg_id;
    else if (parent.msg_id !== running) return;
    else if (state === 'idle') running = undefined;
    if (header.msg_type !== 'execute_input') quiet();
  });
  // Of a kernel that was restarted, no cell says that it has ended.
  sessionContext.statusChanged.connect((_, status) => {
    if (status === 'busy' || status === 'idle') return;
    running = undefined;
    quiet();
  });
}

/** Letters that are looked at for a frame. */
const BEGINNING = 20_000;

/**
 * The frame of a table that was printed falls apart where its rows are wrapped: such outputs keep their lines and
 * scroll.
 */
export function keepTables(): void {
  let waits = false;
  const mark = () => {
    waits = false;
    // JupyterLab makes an output anew with each text that comes.
    for (const pre of document.querySelectorAll<HTMLElement>('.jp-OutputArea pre:not([data-lif-seen])')) {
      pre.dataset.lifSeen = '';
      if (!pre.textContent?.slice(0, BEGINNING).includes('┌─')) continue;
      pre.classList.add('lif-printed-table');
      pre.tabIndex = 0;
    }
  };
  new MutationObserver(() => {
    if (!waits) requestAnimationFrame(mark);
    waits = true;
  }).observe(document.body, { childList: true, subtree: true });
}
