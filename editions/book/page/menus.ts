/**
 * The drawers of a narrow page, menu and contents, open with the keyboard as well; the theme opens them with the mouse
 * alone.
 */
import { t } from '../../shared/page/words';
export function openDrawersByKey(): void {
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
