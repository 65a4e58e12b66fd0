/** The script of every page. */
import { copyText, element } from '../../shared/page/dom';
import { becomeApp } from '../../shared/page/offline';
import { t } from '../../shared/page/words';
import { bookRoot } from './assets';
import { addFigureButtons } from './figures';

/** The code of a block, without line numbers. */
function codeOf(block: Element): string {
  const copy = block.querySelector('pre')?.cloneNode(true) as Element | undefined;
  for (const number of copy?.querySelectorAll('.linenos') ?? []) number.remove();
  return (copy?.textContent ?? '').replace(/\n$/, '');
}

/** Adds a copy button to each code block. */
function addCopyButtons(): void {
  const said = element('p', { class: 'visually-hidden', role: 'status' });
  document.body.append(said);
  for (const block of document.querySelectorAll('article .highlight')) {
    // Printed output is for reading, not for running.
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
 * Makes the drawers of a narrow page, menu and contents, work with the keyboard; the theme only supports the mouse.
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
    // A link within the page closes its drawer.
    drawer?.addEventListener('click', (event) => {
      if (!(event.target instanceof Element) || !event.target.closest('a')) return;
      box.checked = false;
      tell();
    });
  }
}

/** The browser edition does not run from disk: its links lead to instructions instead. */
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

// Smooth scrolling (see theme.css) starts only now, after late resources such as fonts have moved the text.
addEventListener('load', async () => {
  await document.fonts.ready;
  document.documentElement.dataset.settled = '';
});
