// A notebook's figure on a page: pictures for light and dark, wide and narrow pages, and the specification in a
// separate script, which the page loads when a reader opens the live figure.
import { escapeHtml } from '../../shared/html';
import {
  DARK,
  type Figure,
  type LegendItem,
  LIGHT,
  legendOf,
  narrow,
  PLACEHOLDERS,
  paint,
  recolour,
  titleOf,
  withoutHeading,
} from '../../shared/page/figure-theme';

const PLOTLY = 'application/vnd.plotly.v1+json';
/** Width of a picture on a phone of 390 pixels. */
const NARROW = 346;

type RenderSvg = (figure: Figure & { alt: string }) => Promise<string>;

/** In CSS pixels. */
interface Size {
  width?: unknown;
  height?: unknown;
}

/** A legend entry as a small drawing: dashes and symbols. */
function swatch({ color, dash, symbol }: Pick<LegendItem, 'color' | 'dash' | 'symbol'>) {
  const dashes: Record<string, string> = {
    dash: '5 3',
    dot: '1.5 2.5',
    dashdot: '6 2.5 1.5 2.5',
    longdash: '9 3',
  };
  const shapes: Record<string, string> = {
    'circle-open': '<circle cx="13" cy="7" r="4" fill="none" stroke="currentColor" stroke-width="2"/>',
    square: '<path d="M9 3h8v8H9z"/>',
    'square-open': '<path d="M9 3h8v8H9z" fill="none" stroke="currentColor" stroke-width="2"/>',
    diamond: '<path d="M13 2l5 5-5 5-5-5z"/>',
    'triangle-up': '<path d="M13 2l5 9H8z"/>',
    star: '<path d="M13 1l1.6 4.2L19 5.4l-3.5 2.7 1.2 4.3L13 10l-3.7 2.4 1.2-4.3L7 5.4l4.4-.2z"/>',
    x: '<path d="M9 4l1-1 3 3 3-3 1 1-3 3 3 3-1 1-3-3-3 3-1-1 3-3z"/>',
    cross: '<path d="M12 2h2v4h4v2h-4v4h-2V8H8V6h4z"/>',
  };
  const line = dash
    ? `<path d="M1 7h24" fill="none" stroke="currentColor" stroke-width="2.2"${dashes[dash] ? ` stroke-dasharray="${dashes[dash]}"` : ''}/>`
    : '';
  const point = symbol ? (shapes[symbol] ?? '<circle cx="13" cy="7" r="4"/>') : '';
  return `<svg width="26" height="14" viewBox="0 0 26 14" aria-hidden="true" style="color:${color}" fill="currentColor">${line}${point}</svg>`;
}

/** The style sheet's name of a theme colour, which has a value for light and for dark pages. */
const themed = (color: string) => {
  const at = LIGHT.traces.findIndex((one) => one.toLowerCase() === color.toLowerCase());
  return at < 0 ? (color.toLowerCase() === LIGHT.ink ? 'var(--figure-ink)' : escapeHtml(color)) : `var(--figure-${at})`;
};

function legendHtml(items: LegendItem[]) {
  if (items.length === 0) return '';
  const lines = items.map(
    (item) =>
      `<li data-traces="${item.traces.join(' ')}">${swatch({ ...item, color: themed(item.color) })}${escapeHtml(item.label)}</li>`,
  );
  return `<ul class="figure-legend">${lines.join('')}</ul>`;
}

/** Two pictures; the style sheet shows the one that fits the page, and hidden ones are not loaded. */
function picturesHtml(path: string, alt: string, wide: Size, small: Size) {
  const size = ({ width, height }: Size) => `width="${width}" height="${height}"`;
  const picture = (scheme: string, end: string) =>
    `<picture class="only-${scheme}"><source media="(max-width: 34rem)" srcset="${path}-narrow${end}.svg" ${size(small)}>` +
    `<img src="${path}${end}.svg" alt="${escapeHtml(alt)}" loading="lazy" ${size(wide)}></picture>`;
  return picture('light', '') + picture('dark', '-dark');
}

/** The Plotly specification in a notebook's output, if any. */
export const specificationOf = (data: Record<string, unknown>) => data[PLOTLY] as Figure | undefined;

/** A figure whose files remain to be rendered. */
export interface PageFigure {
  id: string;
  files(renderSvg: RenderSvg): Promise<Record<string, string>>;
}

interface ChapterFigure {
  /** Name of its files and of the live figure. */
  id: string;
  /** The Plotly specification. */
  figure: Figure;
  alt: string;
}

/** @returns the figure's HTML, and a function that renders its files below _static/figures */
export function chapterFigure({ id, figure, alt }: ChapterFigure): { html: string; drawn: PageFigure } {
  const title = titleOf(figure).replace(/<[^>]+>/g, '');
  const legend = legendOf(figure);
  const plain = withoutHeading(figure);
  const small = narrow(plain, NARROW);
  const html =
    `<figure class="figure" data-figure="${id}"><figcaption><p class="figure-title">${escapeHtml(title)}</p>` +
    `${legendHtml(legend)}</figcaption><div class="figure-picture">` +
    `${picturesHtml(`_static/figures/${id}`, alt, plain.layout, small.layout)}</div></figure>`;
  const files = async (renderSvg: RenderSvg) => {
    const written: Record<string, string> = {
      [`${id}.js`]: `bookFigure(${JSON.stringify(id)},${JSON.stringify(plain)})\n`,
    };
    for (const [end, one] of [
      ['', plain],
      ['-narrow', small],
    ] as const) {
      const marked = recolour(one, PLACEHOLDERS);
      const drawn = asPagePicture(await renderSvg({ ...marked, alt }), title);
      written[`${id}${end}.svg`] = paint(drawn, LIGHT);
      written[`${id}${end}-dark.svg`] = paint(drawn, DARK);
    }
    return written;
  };
  return { html, drawn: { id, files } };
}

/** Figures are rendered with the package's font, for equal bytes everywhere; pages use the reader's own font. */
function asPagePicture(svg: string, title: string) {
  return svg
    .replace(/(<title[^>]*>)Figure(<\/title>)/, (_, open, close) => open + escapeHtml(title || 'Figure') + close)
    .replaceAll(
      /(?:&quot;|')?DejaVu Sans(?:&quot;|')?, Verdana, sans-serif/g,
      "system-ui, 'Source Sans 3', 'Segoe UI', Roboto, Helvetica, Arial, sans-serif",
    );
}
