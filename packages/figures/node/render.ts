/**
 * Plotly figures as SVG and PNG without a browser: plotly.js draws inside jsdom, resvg turns the SVG into pixels.
 *
 * The bytes depend on nothing but the figure: text is measured and drawn with the font of an npm package, never with
 * the system's, and the random ids that plotly.js puts into its SVG are rewritten. All of it is loaded on first use.
 */
import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { Queue } from '../../networks/queue';
import { writeFileAtomic } from '../../system/files';
import { type Figure, FONT_FAMILY } from '../theme';
import { bundleOf, encodePng, fontFiles, type PlotlyInJsdom, startPlotly } from './plotly';

/** By bundle. */
const started = new Map<string, Promise<PlotlyInJsdom>>();
/** One figure at a time: plotly.js keeps what it measures in the one document that all figures share. */
const queue = new Queue();

/**
 * Draws a figure as an SVG document: `role="img"`, a `<title>` (the figure's) and a `<desc>` (its sentence), the size
 * of `layout.width` × `layout.height` in CSS pixels, an opaque white background.
 */
export function renderSvg(figure: Figure): Promise<string> {
  return queue.run(() => draw(figure));
}

/** As many pixels as can be drawn in some seconds: a figure of the tutorial at ten times its size. */
const MOST_PIXELS = 50e6;
/** As many CSS pixels as a figure may be wide or high. */
const MOST_SIDE = 20000;

/**
 * Draws a figure as a PNG file, `scale` device pixels per CSS pixel.
 * @throws RangeError for a scale that leaves less than a pixel or makes more than 50 million
 */
export async function renderPng(figure: Figure, scale = 1.5): Promise<Uint8Array> {
  return rasterize(await renderSvg(figure), scale);
}

/**
 * Turns an SVG of {@link renderSvg} into a PNG file; text is set in the package's font alone.
 * @throws RangeError for a scale that leaves less than a pixel or makes more than 50 million
 */
export async function rasterize(svg: string, scale = 1.5): Promise<Uint8Array> {
  const { Resvg } = await import('@resvg/resvg-js');
  const font = { loadSystemFonts: false, fontFiles: Object.values(fontFiles()), defaultFontFamily: FONT_FAMILY };
  // resvg knows the older name only.
  const known = svg.replaceAll('style="image-rendering:pixelated"', 'image-rendering="optimizeSpeed"');
  const picture = new Resvg(known, { font, fitTo: { mode: 'zoom', value: scale }, background: '#ffffff' });
  // Checked before it draws, since resvg ends the whole process if memory runs out.
  drawable(picture.width, picture.height, scale);
  const image = picture.render();
  return encodePng(image.pixels, image.width, image.height);
}

/**
 * Saves a figure as `.svg`, `.png` or `.json` (the Plotly specification), by the name of the file.
 * Written to a temporary file and renamed, so that it is never seen half-written.
 */
export async function saveFigure(figure: Figure, file: string): Promise<void> {
  const extension = extname(file).toLowerCase();
  let content: string | Uint8Array;
  if (extension === '.svg') content = await renderSvg(figure);
  else if (extension === '.png') content = await renderPng(figure);
  else if (extension === '.json') content = `${JSON.stringify({ data: figure.data, layout: figure.layout })}\n`;
  else throw new Error(`${file}: expected a name that ends in .svg, .png or .json, found '${extension}'`);
  writeFileAtomic(file, content);
}

function drawable(width: number, height: number, scale: number): void {
  const [w, h] = [width * scale, height * scale];
  if (!(w >= 1 && h >= 1 && w * h <= MOST_PIXELS)) {
    throw new RangeError(
      `renderPng: expected a scale for 1 to ${MOST_PIXELS / 1e6} million pixels, found ${scale} for ${width} × ${height}`,
    );
  }
}

/** Size of a figure in CSS pixels. */
function readSize(figure: Figure): { width: number; height: number } {
  if (typeof figure?.layout !== 'object' || figure.layout === null) {
    throw new TypeError('render: expected a figure { data, layout, alt }, found none');
  }
  const { width = 760, height = 420 } = figure.layout;
  const fits = [width, height].every((side) => typeof side === 'number' && side >= 10 && side <= MOST_SIDE);
  if (!fits) {
    throw new RangeError(`render: expected a layout of 10 to ${MOST_SIDE} pixels each way, found ${width} × ${height}`);
  }
  return { width: Number(width), height: Number(height) };
}

async function draw(figure: Figure): Promise<string> {
  const { width, height } = readSize(figure);
  const bundle = bundleOf(figure.data);
  const starting = started.get(bundle) ?? startPlotly(bundle);
  started.set(bundle, starting);
  const plotly = await starting;
  // plotly.js writes into what it is given, so it gets a copy.
  const copy = JSON.stringify({ data: figure.data, layout: figure.layout });
  const { data, layout } = JSON.parse(copy);
  const svg = await plotly.toImage({ data, layout }, { format: 'svg', imageDataOnly: true, width, height });
  return addDescription(stableIds(tidy(svg), idPrefix(figure)), figure);
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

function addDescription(svg: string, figure: Figure): string {
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
