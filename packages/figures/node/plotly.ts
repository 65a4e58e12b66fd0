/**
 * plotly.js in jsdom, which lays nothing out: here it gets a canvas for its heatmaps and the size of each text, from
 * the package's own font.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { encode } from 'fast-png';

/** The font files that figures are measured and drawn with. */
export function fontFiles(): { normal: string; bold: string } {
  const folder = join(dirname(require.resolve('dejavu-fonts-ttf/package.json')), 'ttf');
  return { normal: join(folder, 'DejaVuSans.ttf'), bold: join(folder, 'DejaVuSans-Bold.ttf') };
}

type Measure = (text: string, size: number, bold: boolean) => number;

/** The part of plotly.js that is used. */
export interface PlotlyInJsdom {
  toImage(figure: { data: unknown; layout: unknown }, options: object): Promise<string>;
}

/** What the traces of this package's figures are. */
const USUAL = ['scatter', 'bar', 'heatmap'];

/**
 * The bundle of plotly.js that draws these traces. The smaller one starts in a third of the time and takes 30 MB less;
 * what it has, it draws as the other does, to the byte.
 */
export function bundleOf(data: readonly { type?: unknown }[] | undefined): string {
  const isUsual = data?.every(({ type = 'scatter' }) => USUAL.includes(String(type)));
  return isUsual ? 'plotly.js-cartesian-dist-min/plotly-cartesian.min.js' : 'plotly.js-dist-min/plotly.min.js';
}

/** Loads a bundle of plotly.js into a jsdom window; takes up to a second. */
export async function startPlotly(bundle: string): Promise<PlotlyInJsdom> {
  const { JSDOM, VirtualConsole } = await import('jsdom');
  const { createCanvas, GlobalFonts } = await import('@napi-rs/canvas');
  // A name of our own: a font of the same family on the system must not be measured in its place.
  const { normal, bold } = fontFiles();
  GlobalFonts.registerFromPath(normal, 'lif-fc-mnist-normal');
  GlobalFonts.registerFromPath(bold, 'lif-fc-mnist-bold');
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
  window.eval(readFileSync(require.resolve(bundle), 'utf8'));
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
  getContext(kind: '2d'): { getImageData(x: number, y: number, w: number, h: number): { data: Uint8ClampedArray } };
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
    const { width, height } = behind(this);
    const pixels = behind(this).getContext('2d').getImageData(0, 0, width, height).data;
    return `data:image/png;base64,${Buffer.from(encodePng(pixels, width, height)).toString('base64')}`;
  };
  window.URL.createObjectURL = () => '';
}

type Point = [number, number];

const readNumber = (element: Element, attribute: string): number =>
  Number.parseFloat(element.getAttribute(attribute) ?? '') || 0;

/** Where a point of an element ends up after the `translate` and `rotate` of the element and all around it. */
function outward(point: Point, element: Element): Point {
  let [x, y] = point;
  for (let at: Element | null = element; at !== null && at.localName !== 'svg'; at = at.parentElement) {
    const steps = [...(at.getAttribute('transform') ?? '').matchAll(/(translate|rotate)\(([^)]*)\)/g)].reverse();
    for (const [, kind, values] of steps) {
      const [a = 0, b = 0, c = 0] = values.split(/[ ,]+/).map(Number);
      if (kind === 'translate') [x, y] = [x + a, y + b];
      else {
        const [sin, cos] = [Math.sin((a * Math.PI) / 180), Math.cos((a * Math.PI) / 180)];
        [x, y] = [b + (x - b) * cos - (y - c) * sin, c + (x - b) * sin + (y - c) * cos];
      }
    }
  }
  return [x, y];
}

/** A property that an element has, or one around it. */
function inherited(element: Element | null, property: string): string {
  for (let at = element; at !== null; at = at.parentElement) {
    const value = (at as SVGElement).style?.getPropertyValue(property) || at.getAttribute(property);
    if (value) return value;
  }
  return '';
}

/** The first point of a path and the last: arrows, the only ones that are measured, are straight. */
function ends(path: Element): number[] {
  const numbers = (path.getAttribute('d') ?? '').match(/-?[\d.]+(?:e-?\d+)?/g)?.map(Number) ?? [0, 0];
  return [...numbers.slice(0, 2), ...numbers.slice(-2)];
}

/** Margins and legends need the size of text, which jsdom does not know. */
function giveMetrics(window: JsdomWindow, measure: Measure): void {
  const measureWidth = (element: Element): number => {
    const size = Number.parseFloat(inherited(element, 'font-size')) || 12;
    const weight = inherited(element, 'font-weight');
    return measure(element.textContent ?? '', size, weight === 'bold' || Number(weight) >= 600);
  };
  /** The box of the texts in an element, at the place where their attributes put them. */
  const measureBox = (element: Element): DOMRect => {
    const texts = element.localName === 'text' ? [element] : [...element.querySelectorAll('text')];
    const corners: Point[] = [];
    for (const text of texts) {
      const lines = [...text.children].filter((child) => child.classList.contains('line'));
      const parts = lines.length > 0 ? lines : [text];
      const size = Number.parseFloat(inherited(text, 'font-size')) || 12;
      const width = Math.max(...parts.map(measureWidth));
      const anchor = inherited(text, 'text-anchor');
      const x = readNumber(text, 'x') - (anchor === 'middle' ? width / 2 : anchor === 'end' ? width : 0);
      const y = readNumber(text, 'y') + Number.parseFloat(text.getAttribute('dy') ?? '0') * size;
      const [top, bottom] = [y - size * 0.93, y + size * (0.24 + 1.3 * (parts.length - 1))];
      const box: Point[] = [
        [x, top],
        [x + width, top],
        [x, bottom],
        [x + width, bottom],
      ];
      corners.push(...box.map((corner) => outward(corner, text)));
    }
    if (corners.length === 0) corners.push([0, 0]);
    const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    return { x: left, y: top, width: right - left, height: bottom - top, left, right, top, bottom, toJSON: () => '' };
  };
  const element = window.Element.prototype as unknown as Record<string, unknown>;
  const svg = window.SVGElement.prototype as unknown as Record<string, unknown>;
  element.getBoundingClientRect = function (this: Element) {
    return measureBox(this);
  };
  svg.getTotalLength = function (this: Element) {
    const [x0, y0, x1, y1] = ends(this);
    return Math.hypot(x1 - x0, y1 - y0);
  };
  svg.getPointAtLength = function (this: Element, length: number) {
    const [x0, y0, x1, y1] = ends(this);
    const part = length / (Math.hypot(x1 - x0, y1 - y0) || 1);
    return { x: x0 + (x1 - x0) * part, y: y0 + (y1 - y0) * part };
  };
  svg.getBBox = element.getBoundingClientRect;
  svg.getComputedTextLength = function (this: Element) {
    return measureWidth(this);
  };
}

/**
 * Encodes pixels as a PNG file, without the fourth channel if all are opaque.
 *
 * The bytes are the same on every machine: fast-png compresses in plain JavaScript. The search for repeated
 * strings in Node's zlib and in the canvas's own encoder differs between processors, and resvg's encoder makes the
 * tutorial's figures 1.7 times as large (965 kB for all of them, here 565 kB) and cannot encode a heatmap's canvas.
 * @param rgba [width × height × 4] bytes, not premultiplied
 */
export function encodePng(rgba: Uint8Array | Uint8ClampedArray, width: number, height: number): Uint8Array {
  const count = width * height;
  const rgb = new Uint8Array(count * 3);
  let opaque = true;
  for (let i = 0; i < count && opaque; i++) {
    for (let channel = 0; channel < 3; channel++) rgb[3 * i + channel] = rgba[4 * i + channel];
    opaque = rgba[4 * i + 3] === 255;
  }
  return encode({ width, height, data: opaque ? rgb : rgba, channels: opaque ? 3 : 4 }, { zlib: { level: 9 } });
}
