/**
 * Plotly figures as SVG and PNG without a browser: plotly.js draws inside jsdom, resvg turns the SVG into pixels.
 *
 * The bytes depend on nothing but the figure: text is measured and drawn with the font of an npm package, never with
 * the system's, and the random ids that plotly.js puts into its SVG are rewritten. All of it is loaded on first use.
 */
import { createHash } from 'node:crypto';
import { type Figure, FONT_FAMILY } from '../../visualizing/theme';
import { FONT_FILES, type PlotlyInJsdom, startPlotly } from './plotly';
import { encodePng } from './png';

let started: Promise<PlotlyInJsdom> | undefined;
let queue: Promise<unknown> = Promise.resolve();

/**
 * Draws a figure as an SVG document: `role="img"`, a `<title>` (the figure's) and a `<desc>` (its sentence), the size
 * of `layout.width` × `layout.height` in CSS pixels, an opaque white background.
 */
export function renderSvg(figure: Figure): Promise<string> {
  // One figure at a time: plotly.js keeps what it measures in the one document that all figures share.
  const drawn = queue.then(() => draw(figure));
  queue = drawn.catch(() => undefined);
  return drawn;
}

/** Draws a figure as a PNG file, `scale` device pixels to a CSS pixel. */
export async function renderPng(figure: Figure, scale = 1.5): Promise<Uint8Array> {
  return rasterize(await renderSvg(figure), scale);
}

/** Turns an SVG of {@link renderSvg} into a PNG file; text is set in the package's font alone. */
export async function rasterize(svg: string, scale = 1.5): Promise<Uint8Array> {
  const { Resvg } = await import('@resvg/resvg-js');
  const font = { loadSystemFonts: false, fontFiles: Object.values(FONT_FILES), defaultFontFamily: FONT_FAMILY };
  // resvg knows the older name only.
  const drawable = svg.replaceAll('style="image-rendering:pixelated"', 'image-rendering="optimizeSpeed"');
  const image = new Resvg(drawable, { font, fitTo: { mode: 'zoom', value: scale }, background: '#ffffff' }).render();
  return encodePng(image.pixels, image.width, image.height, true);
}

async function draw(figure: Figure): Promise<string> {
  started ??= startPlotly();
  const plotly = await started;
  // plotly.js writes into what it is given, so it gets a copy.
  const { data, layout } = JSON.parse(JSON.stringify({ data: figure.data, layout: figure.layout }));
  const { width = 760, height = 420 } = layout;
  const svg = await plotly.toImage({ data, layout }, { format: 'svg', imageDataOnly: true, width, height });
  return describe(stableIds(tidy(svg), idPrefix(figure)), figure);
}

/** Ids are unique in a page with many figures, and the same in each run: they begin with a hash of the figure. */
function idPrefix(figure: Figure): string {
  const text = JSON.stringify([figure.data, figure.layout]);
  return `f${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
}

function stableIds(svg: string, prefix: string): string {
  const names = new Map<string, string>();
  for (const [, id] of svg.matchAll(/\sid="([^"]+)"/g)) names.set(id, `${prefix}-${names.size}`);
  return svg
    .replace(/(\sid=")([^"]+)(")/g, (_, open, id, close) => open + names.get(id) + close)
    .replace(/(url\((?:'|&quot;)?)[^)#]*#([^)'&]+)((?:'|&quot;)?\))/g, (_, open, id, close) => {
      return `${open}#${names.get(id) ?? id}${close}`;
    })
    .replace(/(href="#)([^"]+)(")/g, (_, open, id, close) => open + (names.get(id) ?? id) + close);
}

/** Leaves out what only the interactive figure needs, and random classes. */
function tidy(svg: string): string {
  return (
    svg
      .replace(/ (?:class|data-[a-z-]+|pointer-events|tabindex)="[^"]*"/g, '')
      .replace(/(?:pointer-events|cursor|white-space|user-select): [^;"]*;\s?/g, '')
      // Pixels stay squares.
      .replace(/<image ([^>]*?)(?: style="[^"]*")?\/?>(?:<\/image>)?/g, '<image style="image-rendering:pixelated" $1/>')
      .replace(/<g[^>]*\/>|<g[^>]*><\/g>/g, '')
      .replace(/ style=""/g, '')
  );
}

function describe(svg: string, figure: Figure): string {
  const id = idPrefix(figure);
  const title = plainTitle(figure);
  const labels = `<title id="${id}-title">${escapeXml(title)}</title><desc id="${id}-desc">${escapeXml(figure.alt)}</desc>`;
  return svg.replace(/<svg([^>]*)>/, `<svg role="img" aria-labelledby="${id}-title ${id}-desc"$1>${labels}`);
}

function plainTitle(figure: Figure): string {
  const title = figure.layout.title;
  const text = typeof title === 'object' && title !== null && !Array.isArray(title) ? title.text : title;
  return typeof text === 'string' ? text.replace(/<[^>]+>/g, '') : 'Figure';
}

function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
