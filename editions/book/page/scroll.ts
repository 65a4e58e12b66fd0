/**
 * What is wider than the page scrolls by itself: tables, formulas, printed tables, drawings. A shadow says at which
 * edge there is more, and the keyboard reaches what has more.
 */
export const SCROLLING = '.table-wrapper, .formula, .printed-table, .drawing, .map-scroll';

export function tellOfMore(): void {
  const tell = (box: Element) => {
    const hidden = box.scrollWidth - box.clientWidth;
    box.classList.toggle('has-left', box.scrollLeft > 1);
    box.classList.toggle('has-right', box.scrollLeft < hidden - 1);
  };
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) tell(target.matches(SCROLLING) ? target : (target.parentElement ?? target));
  });
  for (const box of document.querySelectorAll(SCROLLING)) {
    sizes.observe(box);
    // What is in it may come later, or be made anew.
    for (const child of box.children) sizes.observe(child);
    box.addEventListener('scroll', () => tell(box), { passive: true });
  }
}
