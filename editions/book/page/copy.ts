/** A button on each block of code that copies it. */
import { copyText, element } from '../../shared/page/dom';
import { t } from '../../shared/page/words';

/** The code of a block, without the numbers of its lines. */
function codeOf(block: Element): string {
  const copy = block.querySelector('pre')?.cloneNode(true) as Element | undefined;
  for (const number of copy?.querySelectorAll('.linenos') ?? []) number.remove();
  return (copy?.textContent ?? '').replace(/\n$/, '');
}

export function addCopyButtons(): void {
  const said = element('p', { class: 'visually-hidden', role: 'status' });
  document.body.append(said);
  for (const block of document.querySelectorAll('article .highlight')) {
    // What a cell printed is read, not run.
    if (block.closest('.cell_output')) continue;
    const button = element('button', { type: 'button', class: 'copy', 'aria-label': t`Copy the code` }, t`Copy`);
    button.addEventListener('click', async () => {
      const copied = await copyText(codeOf(block));
      button.textContent = copied ? t`Copied` : t`Press Ctrl+C`;
      said.textContent = copied ? t`The code is in the clipboard.` : t`The code could not be copied.`;
      button.focus();
      setTimeout(() => {
        button.textContent = t`Copy`;
        said.textContent = '';
      }, 2000);
    });
    block.append(button);
  }
}
