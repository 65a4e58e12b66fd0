/**
 * The frame of a table that was printed falls apart where its rows are wrapped: such outputs keep their lines and
 * scroll.
 */

/** Letters that are looked at for a frame. */
const BEGINNING = 20_000;

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
