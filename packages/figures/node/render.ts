/**
 * Renders figures as SVG and PNG without a browser: plotly.js draws in jsdom, resvg turns the SVG into pixels. All of it
 * is loaded on first use.
 *
 * The bytes depend on the figure alone: texts are measured and drawn with the font of an npm package, not of the system,
 * and the random ids of plotly.js are replaced.
 */
import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { Queue } from '../../networks/queue';
import { writeFileAtomic } from '../../system/files';
import { type Figure, FONT_FAMILY } from '../theme';
import { bundleOf, encodePng, fontFiles, type PlotlyInJsdom, startPlotly } from './plotly';

/** plotly.js by bundle. */
const started = new Map<string, Promise<PlotlyInJsdom>>();
/** Draws one figure at a time, since all share the document in which plotly.js measures. */
const queue = new Queue();

/**
 * Draws a figure as an SVG document of `layout.width` × `layout.height` CSS pixels on opaque white, with `role="img"`, its
 * `<title>`, and its alternative text as `<desc>`.
 */
export function renderSvg(figure: Figure): Promise<string> {
  return queue.run(() => draw(figure));
}

/** Largest number of pixels, which takes seconds to draw: ten times the size of the tutorial's figures. */
const MOST_PIXELS = 50e6;
/** Largest width and height of a figure in CSS pixels. */
const MOST_SIDE = 20000;

/**
 * Draws a figure as a PNG file with `scale` device pixels per CSS pixel.
 * @throws RangeError for a scale that gives less than a pixel or more than 50 million
 */
export async function renderPng(figure: Figure, scale = 1.5): Promise<Uint8Array> {
  return rasterize(await renderSvg(figure), scale);
}

/**
 * Turns an SVG of {@link renderSvg} into a PNG file, with the package's font for texts.
 * @throws RangeError for a scale that gives less than a pixel or more than 50 million
 */
export async function rasterize(svg: string, scale = 1.5): Promise<Uint8Array> {
  const { Resvg } = await import('@resvg/resvg-js');
  const font = { loadSystemFonts: false, fontFiles: Object.values(fontFiles()), defaultFontFamily: FONT_FAMILY };
  // resvg supports only the older attribute.
  const known = svg.replaceAll('style="image-rendering:pixelated"', 'image-rendering="optimizeSpeed"');
  const picture = new Resvg(known, { font, fitTo: { mode: 'zoom', value: scale }, background: '#ffffff' });
  // Checked before drawing, since resvg aborts the process if memory runs out.
  const [width, height] = [picture.width * scale, picture.height * scale];
  if (!(width >= 1 && height >= 1 && width * height <= MOST_PIXELS)) {
    throw new RangeError(
      `renderPng: expected a scale for 1 to ${MOST_PIXELS / 1e6} million pixels, found ${scale} for ${picture.width} × ${picture.height}`,
    );
  }
  const image = picture.render();
  return encodePng(image.pixels, image.width, image.height);
}

/**
 * Saves a figure as `.svg`, `.png` or `.json` (its Plotly specification), by the file's extension. Replaces the file
 * atomically.
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

/** The size of a figure in CSS pixels. */
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
  // A copy, since plotly.js changes its arguments.
  const copy = JSON.stringify({ data: figure.data, layout: figure.layout });
  const { data, layout } = JSON.parse(copy);
  const svg = await plotly.toImage({ data, layout }, { format: 'svg', imageDataOnly: true, width, height });
  return addDescription(stableIds(tidy(svg), idPrefix(figure)), figure);
}

/** A hash of the figure, so that ids are unique in a page with many figures, and the same in each run. */
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

/** Removes random classes, and attributes that only interactive figures need. */
function tidy(svg: string): string {
  return (
    svg
      .replace(/ (?:class|data-[a-z-]+|pointer-events|tabindex)="[^"]*"/g, '')
      .replace(/(?:pointer-events|cursor|white-space|user-select): [^;"]*;\s?/g, '')
      // Keeps pixels of heatmaps sharp.
      .replace(/<image ([^>]*?)(?: style="[^"]*")?\/?>(?:<\/image>)?/g, '<image style="image-rendering:pixelated" $1/>')
      .replace(/<g[^>]*\/>|<g[^>]*><\/g>/g, '')
      .replace(/ style=""/g, '')
  );
}

function addDescription(svg: string, figure: Figure): string {
  const id = idPrefix(figure);
  const labels = `<title id="${id}-title">${escapeXml(plainTitle(figure))}</title><desc id="${id}-desc">${escapeXml(figure.alt)}</desc>`;
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
