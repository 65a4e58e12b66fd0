/** The script of every page. */
import { copyText, element } from '../../shared/page/dom';
import { becomeApp } from '../../shared/page/offline';
import { t } from '../../shared/page/words';
import { bookRoot } from './assets';
import { addFigureButtons } from './figures';

/** The code of a block, without the numbers of its lines. */
function codeOf(block: Element): string {
  const copy = block.querySelector('pre')?.cloneNode(true) as Element | undefined;
  for (const number of copy?.querySelectorAll('.linenos') ?? []) number.remove();
  return (copy?.textContent ?? '').replace(/\n$/, '');
}

/** A button on each block of code that copies it. */
function addCopyButtons(): void {
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

/**
 * The drawers of a narrow page, menu and contents, open with the keyboard as well; the theme opens them with the mouse
 * alone.
 */
function openDrawersByKey(): void {
  for (const label of document.querySelectorAll<HTMLLabelElement>('.nav-overlay-icon, .toc-overlay-icon')) {
    const box = document.getElementById(label.htmlFor);
    if (!(box instanceof HTMLInputElement)) continue;
    const menu = box.id === '__navigation';
    const drawer = document.querySelector<HTMLElement>(menu ? '.sidebar-drawer' : '.toc-drawer');
    label.tabIndex = 0;
    label.setAttribute('role', 'button');
    label.setAttribute('aria-label', menu ? t`Menu` : t`Contents of this page`);
    const tell = () => label.setAttribute('aria-expanded', String(box.checked));
    const toggle = (open: boolean) => {
      box.checked = open;
      tell();
      if (open) drawer?.querySelector<HTMLElement>('a, input')?.focus();
      else label.focus();
    };
    tell();
    box.addEventListener('change', tell);
    label.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      toggle(!box.checked);
    });
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && box.checked) toggle(false);
    });
    // A link to a place in the same page closes the drawer that it was in.
    drawer?.addEventListener('click', (event) => {
      if (!(event.target instanceof Element) || !event.target.closest('a')) return;
      box.checked = false;
      tell();
    });
  }
}

/** A page that was opened from disk cannot start the browser edition: its links lead to what to do instead. */
function explainRunLinks(): void {
  if (window.location.protocol !== 'file:') return;
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a.run'))
    link.href = `${bookRoot()}hosting.html#from-disk`;
}

addFigureButtons();
addCopyButtons();
openDrawersByKey();
explainRunLinks();
becomeApp((document.currentScript as HTMLScriptElement).src);

// From now on links glide (see theme.css): what comes late, such as fonts, has moved the text.
addEventListener('load', async () => {
  await document.fonts.ready;
  document.documentElement.dataset.settled = '';
});
