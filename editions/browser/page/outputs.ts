/**
 * Adds lines below cells: that a silent cell is still running and how to stop it, and that later cells wait. They are not
 * outputs, so notebooks do not keep them.
 */

import { t } from '../../shared/page/words';
import type { NotebookPanel } from './jupyter';

/** Milliseconds without a message from the running cell. A progress bar sends messages. */
const SILENCE = 10_000;

const RUNS = t`Still running; nothing new for 10 s. The first time, loading and compiling come before the work. ■ in the toolbar stops it, or Esc and then I twice.`;
const WAITS = t`Waits for the cell above, which is still running.`;

/** Sets the line below a cell; removes it without a text. */
function setLine({ node }: { node: HTMLElement }, text: string | undefined): void {
  const line = node.querySelector<HTMLElement>(':scope > .lif-waiting');
  if (text === undefined) line?.remove();
  else if (line === null) {
    const empty = Object.assign(document.createElement('p'), { className: 'lif-waiting', role: 'status' });
    node.append(empty);
    // Screen readers announce changes of an element that already exists.
    requestAnimationFrame(() => {
      empty.textContent = text;
    });
  } else if (line.textContent !== text) line.textContent = text;
}

export function showRunningCells({ content, sessionContext }: NotebookPanel): void {
  /** The request of the running cell. */
  let running: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isSaid = false;

  const showAll = () => {
    isSaid = true;
    for (const cell of content.widgets) {
      const future = cell.outputArea?.future;
      const isOpen = running !== undefined && future && !future.isDisposed;
      // A cell with a question shows itself what it waits for.
      const asks = cell.node.querySelector('.jp-Stdin-input') !== null;
      setLine(cell, !isOpen || asks ? undefined : future.msg.header.msg_id === running ? RUNS : WAITS);
    }
    begin();
  };
  /** Repeated, since cells are added to the queue. */
  const begin = () => {
    clearTimeout(timer);
    if (running !== undefined) timer = setTimeout(showAll, SILENCE);
  };
  const quiet = () => {
    begin();
    if (!isSaid) return;
    isSaid = false;
    for (const cell of content.widgets) setLine(cell, undefined);
  };

  sessionContext.iopubMessage.connect((_, { header, parent_header: parent, content: { execution_state: state } }) => {
    if (parent.msg_type !== 'execute_request') return;
    if (state === 'busy') running = parent.msg_id;
    else if (parent.msg_id !== running) return;
    else if (state === 'idle') running = undefined;
    if (header.msg_type !== 'execute_input') quiet();
  });
  // The cells of a restarted kernel send no end.
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
