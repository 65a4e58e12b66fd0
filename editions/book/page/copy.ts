/** A button on each block of code that copies it. */
import { element } from './assets';

/** The code of a block, without the numbers of its lines. */
function codeOf(block: Element): string {
  const copy = block.querySelector('pre')?.cloneNode(true) as Element | undefined;
  for (const number of copy?.querySelectorAll('.linenos') ?? []) number.remove();
  return (copy?.textContent ?? '').replace(/\n$/, '');
}

/** Where a page may not use the clipboard (some browsers, from disk), the older way through a selection. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = element('textarea', { readonly: '', 'aria-hidden': 'true', style: 'position:fixed;top:0;opacity:0' });
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    return copied;
  }
}

export function addCopyButtons(): void {
  const said = element('p', { class: 'visually-hidden', role: 'status' });
  document.body.append(said);
  for (const block of document.querySelectorAll('article .highlight')) {
    // What a cell printed is read, not run.
    if (block.closest('.cell_output')) continue;
    const button = element('button', { type: 'button', class: 'copy', 'aria-label': 'Copy the code' }, 'Copy');
    button.addEventListener('click', async () => {
      const copied = await copyText(codeOf(block));
      button.textContent = copied ? 'Copied' : 'Press Ctrl+C';
      said.textContent = copied ? 'The code is in the clipboard.' : 'The code could not be copied.';
      button.focus();
      setTimeout(() => {
        button.textContent = 'Copy';
        said.textContent = '';
      }, 2000);
    });
    block.append(button);
  }
}
