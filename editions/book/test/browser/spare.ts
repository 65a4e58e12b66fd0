/** What of a page axe need not look at, since it has looked at the same elsewhere. */
import type { Page } from 'playwright-core';

/**
 * How many texts of a look axe is asked of: what it says of one it would say of all, but of some it cannot say
 * anything.
 */
const ASKED = 3;

/**
 * Spares axe what it has said of other elements. It takes longer than all else, most of it for the contrast of texts,
 * and for thousands of words of code and signs of formulas. Texts of one look, that is of the same colours and size,
 * have the same contrast: only the first are left to it, of all pages for which the same `looks` are given. In each
 * page the first words of code of a look are left, and the first formulas in lines.
 * @param within whose elements are looked at
 */
export async function spareAxe(page: Page, looks: Map<string, number>, within: string): Promise<void> {
  const found = await page.evaluate(
    ({ known, within, most }) => {
      const [all, own] = [new Map(known), new Map<string, number>()];
      const words = document.querySelectorAll('.highlight pre span:not(:has(*))');
      const formulas = Array.from(document.querySelectorAll('.katex')).filter((one) => !one.closest('.katex-display'));
      const small = new Set<Element>([...words, ...formulas]);
      const dropped = new Set<Element>();
      for (const one of document.querySelectorAll(`${within} *`)) {
        const hasText = [...one.childNodes].some(({ nodeType, nodeValue }) => nodeType === 3 && nodeValue?.trim());
        if (!(hasText || small.has(one))) continue;
        const formula = one.closest('.katex');
        if (formula && formula !== one && dropped.has(formula)) continue;
        // Of these axe says nothing.
        const isSeen = one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().width > 1;
        if (!isSeen || one.closest(':disabled')) continue;
        const { color, fontSize, fontWeight, textDecorationLine } = getComputedStyle(one);
        const look = [one.tagName === 'A', color, fontSize, fontWeight, textDecorationLine];
        if (one.parentElement) look.push(getComputedStyle(one.parentElement).color);
        // What is below it, as far as something hides the rest.
        for (let at: Element | null = one; at; at = at.parentElement) {
          const { backgroundColor, backgroundImage, opacity } = getComputedStyle(at);
          const isClear = backgroundColor === 'rgba(0, 0, 0, 0)';
          if (!isClear || backgroundImage !== 'none' || opacity !== '1')
            look.push(backgroundColor, backgroundImage, opacity);
          if (backgroundColor.startsWith('rgb(')) break;
        }
        const isFormula = one.classList.contains('katex');
        const name = [isFormula, ...look].join();
        const [asked, here] = [all.get(name) ?? 0, own.get(name) ?? 0];
        if (here >= most && small.has(one)) dropped.add(one);
        else if (asked >= most) one.setAttribute('data-spared', '');
        all.set(name, asked + 1);
        own.set(name, here + 1);
      }
      // Only now: each change has the browser lay out the page again before it tells of the next element.
      for (const one of dropped) one.replaceWith(one.classList.contains('katex') ? 'x' : (one.textContent ?? ''));
      return [...all];
    },
    { known: [...looks], within, most: ASKED },
  );
  for (const [look, count] of found) looks.set(look, count);
}
