/**
 * Plotly figures as SVG and PNG without a browser: plotly.js draws inside jsdom, resvg turns the SVG into pixels.
 *
 * The bytes depend on nothing but the figure: text is measured and drawn with the font of an npm package, never with
 * the system's, and the random ids that plotly.js puts into its SVG are rewritten. All of it is loaded on first use.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Figure, FONT_FAMILY } from './visualizing';

const FONT_FOLDER = join(dirname(require.resolve('dejavu-fonts-ttf/package.json')), 'ttf');
const FONT_FILES = { normal: join(FONT_FOLDER, 'DejaVuSans.ttf'), bold: join(FONT_FOLDER, 'DejaVuSans-Bold.ttf') };

type Measure = (text: string, size: number, bold: boolean) => number;

interface PlotlyInJsdom {
  toImage(figure: { data: unknown; layout: unknown }, options: object): Promise<string>;
}

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
  return new Resvg(svg, { font, fitTo: { mode: 'zoom', value: scale }, background: '#ffffff' }).render().asPng();
}

async function draw(figure: Figure): Promise<string> {
  started ??= start();
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
  return svg
    .replace(/ (?:class|data-[a-z-]+|pointer-events|tabindex)="[^"]*"/g, '')
    .replace(/(?:pointer-events|cursor|white-space|user-select): [^;"]*;\s?/g, '')
    .replace(/<g[^>]*\/>|<g[^>]*><\/g>/g, '')
    .replace(/ style=""/g, '');
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

async function start(): Promise<PlotlyInJsdom> {
  const { JSDOM, VirtualConsole } = await import('jsdom');
  const { createCanvas, GlobalFonts } = await import('@napi-rs/canvas');
  // A name of our own: a font of the same family on the system must not be measured in its place.
  GlobalFonts.registerFromPath(FONT_FILES.normal, 'lif-fc-mnist-normal');
  GlobalFonts.registerFromPath(FONT_FILES.bold, 'lif-fc-mnist-bold');
  const ruler = createCanvas(1, 1).getContext('2d');
  const measure: Measure = (text, size, bold) => {
    // At one large size and scaled: widths are then free of hinting, as in the SVG.
    ruler.font = `100px lif-fc-mnist-${bold ? 'bold' : 'normal'}`;
    return (ruler.measureText(text).width * size) / 100;
  };

  const virtualConsole = new VirtualConsole();
  virtualConsole.on('error', (message) => console.error(message));
  const dom = new JSDOM('<!doctype html><body></body>', {
    runScripts: 'outside-only',
    pretendToBeVisual: true,
    virtualConsole,
  });
  const { window } = dom;
  giveCanvas(window as unknown as JsdomWindow, (width, height) => createCanvas(width, height));
  giveMetrics(window as unknown as JsdomWindow, measure);
  // plotly.js 4 expects these of a browser (for maps, which we do not draw).
  Object.assign(window, { TextDecoder, TextEncoder });
  window.eval(readFileSync(require.resolve('plotly.js-dist-min/plotly.min.js'), 'utf8'));
  // jsdom's frames for requestAnimationFrame would keep a command-line program from ending.
  window.requestAnimationFrame = (callback) => {
    setTimeout(() => callback(0), 0);
    return 0;
  };
  return (window as unknown as { Plotly: PlotlyInJsdom }).Plotly;
}

type JsdomWindow = Window & typeof globalThis & { URL: { createObjectURL?: () => string } };

interface Canvas {
  width: number;
  height: number;
  getContext(kind: '2d'): unknown;
  toDataURL(kind: 'image/png'): string;
}

/** Heatmaps are painted on a canvas, which jsdom leaves out. */
function giveCanvas(window: JsdomWindow, create: (width: number, height: number) => Canvas): void {
  const canvases = new WeakMap<object, Canvas>();
  const behind = (element: HTMLCanvasElement): Canvas => {
    let canvas = canvases.get(element);
    if (canvas === undefined || canvas.width !== element.width || canvas.height !== element.height) {
      canvas = create(element.width, element.height);
      canvases.set(element, canvas);
    }
    return canvas;
  };
  const prototype = window.HTMLCanvasElement.prototype as unknown as Record<string, unknown>;
  prototype.getContext = function (this: HTMLCanvasElement, kind: string) {
    return kind === '2d' ? behind(this).getContext('2d') : null;
  };
  prototype.toDataURL = function (this: HTMLCanvasElement) {
    return behind(this).toDataURL('image/png');
  };
  window.URL.createObjectURL = () => '';
}

/** Margins and legends need the size of text, which jsdom does not know. */
function giveMetrics(window: JsdomWindow, measure: Measure): void {
  const inherited = (element: Element | null, property: string): string => {
    for (let at = element; at !== null; at = at.parentElement) {
      const value = (at as SVGElement).style?.getPropertyValue(property) || at.getAttribute(property);
      if (value) return value;
    }
    return '';
  };
  const widthOf = (element: Element): number => {
    const size = Number.parseFloat(inherited(element, 'font-size')) || 12;
    const weight = inherited(element, 'font-weight');
    return measure(element.textContent ?? '', size, weight === 'bold' || Number(weight) >= 600);
  };
  const boxOf = (element: Element): DOMRect => {
    const texts = element.localName === 'text' ? [element] : [...element.querySelectorAll('text')];
    let [left, top, right, bottom] = [0, 0, 0, 0];
    for (const text of texts) {
      const lines = [...text.children].filter((child) => child.getAttribute('class') === 'line');
      const parts = lines.length > 0 ? lines : [text];
      const size = Number.parseFloat(inherited(text, 'font-size')) || 12;
      const width = Math.max(...parts.map(widthOf));
      const anchor = inherited(text, 'text-anchor');
      const start = anchor === 'middle' ? -width / 2 : anchor === 'end' ? -width : 0;
      [left, right] = [Math.min(left, start), Math.max(right, start + width)];
      [top, bottom] = [Math.min(top, -size * 0.95), Math.max(bottom, size * (0.25 + 1.3 * (parts.length - 1)))];
    }
    const [width, height] = [right - left, bottom - top];
    return { x: left, y: top, width, height, left, top, right, bottom, toJSON: () => '' };
  };
  const element = window.Element.prototype as unknown as Record<string, unknown>;
  const svg = window.SVGElement.prototype as unknown as Record<string, unknown>;
  element.getBoundingClientRect = function (this: Element) {
    return boxOf(this);
  };
  svg.getBBox = element.getBoundingClientRect;
  svg.getComputedTextLength = function (this: Element) {
    return widthOf(this);
  };
}
