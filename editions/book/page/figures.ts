/** Adds a button to each figure that loads and shows its interactive version. */
import { element } from '../../shared/page/dom';
import type { Figure } from '../../shared/page/figure-theme';
import { t } from '../../shared/page/words';
import { loadScript } from './assets';

declare global {
  interface Window {
    /** Called by a figure's script with its specification. */
    bookFigure(id: string, figure: Figure): void;
    /** Set by live.js. */
    bookLive?(place: HTMLElement, figure: Figure): Promise<void>;
  }
}

const specifications = new Map<string, Figure>();

async function open(place: HTMLElement): Promise<void> {
  const id = place.dataset.figure ?? '';
  await loadScript('plotly.js');
  await Promise.all([loadScript('live.js'), loadScript(`figures/${id}.js`)]);
  const figure = specifications.get(id);
  if (!figure || !window.bookLive) throw new Error(`figures/${id}.js: expected the figure ${id}, found none`);
  await window.bookLive(place, figure);
}

export function addFigureButtons(): void {
  window.bookFigure = (id, figure) => specifications.set(id, figure);
  for (const place of document.querySelectorAll<HTMLElement>('figure[data-figure]')) {
    const title = place.querySelector('.figure-title')?.textContent ?? '';
    const label = element('span', {}, t`Explore`);
    const button = element(
      'button',
      { type: 'button', class: 'figure-open', 'aria-label': t`Explore the figure: ${title}` },
      label,
    );
    button.addEventListener('click', async () => {
      if (button.getAttribute('aria-busy') === 'true') return;
      button.setAttribute('aria-busy', 'true');
      label.textContent = t`Loading …`;
      try {
        await open(place);
        label.textContent = t`Explore`;
      } catch (error) {
        label.textContent = t`Not available`;
        console.error(error);
      }
      button.removeAttribute('aria-busy');
    });
    place.querySelector('.figure-picture')?.append(button);
  }
}
