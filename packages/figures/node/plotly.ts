/** Runs plotly.js in jsdom, with a canvas for heatmaps and sizes of texts, which jsdom does not have. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Canvas } from '@napi-rs/canvas';
import { encode } from 'fast-png';

/** The font files with which texts are measured and drawn. */
export function fontFiles(): { normal: string; bold: string } {
  const folder = join(dirname(require.resolve('dejavu-fonts-ttf/package.json')), 'ttf');
  return { normal: join(folder, 'DejaVuSans.ttf'), bold: join(folder, 'DejaVuSans-Bold.ttf') };
}

type Measure = (text: string, size: number, bold: boolean) => number;

/** The part of plotly.js that we use. */
export interface PlotlyInJsdom {
  toImage(figure: { data: unknown; layout: unknown }, options: object): Promise<string>;
}

/** The types of traces in this package's figures. */
const USUAL = ['scatter', 'bar', 'heatmap'];

/**
 * The bundle of plotly.js for these traces. The smaller one starts in a third of the time, takes 30 MB less memory, and
 * draws the same bytes.
 */
export function bundleOf(data: readonly { type?: unknown }[] | undefined): string {
  const isUsual = data?.every(({ type = 'scatter' }) => USUAL.includes(String(type)));
  return isUsual ? 'plotly.js-cartesian-dist-min/plotly-cartesian.min.js' : 'plotly.js-dist-min/plotly.min.js';
}

/** Loads a bundle of plotly.js into a jsdom window; takes up to a second. */
export async function startPlotly(bundle: string): Promise<PlotlyInJsdom> {
  const { JSDOM, VirtualConsole } = await import('jsdom');
  const { createCanvas, GlobalFonts } = await import('@napi-rs/canvas');
  // Names that no system font has, since the system may have another version of this font.
  const { normal, bold } = fontFiles();
  GlobalFonts.registerFromPath(normal, 'lif-fc-mnist-normal');
  GlobalFonts.registerFromPath(bold, 'lif-fc-mnist-bold');
  const ruler = createCanvas(1, 1).getContext('2d');
  const measure: Measure = (text, size, bold) => {
    // Measured at a large size and scaled, since hinting changes widths at small sizes, but not in an SVG.
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
  // plotly.js expects these in a browser, for maps that we do not draw.
  Object.assign(window, { TextDecoder, TextEncoder });
  window.eval(readFileSync(require.resolve(bundle), 'utf8'));
  // jsdom's own requestAnimationFrame would keep the process alive.
  window.requestAnimationFrame = (callback) => {
    setTimeout(() => callback(0), 0);
    return 0;
  };
  return (window as unknown as { Plotly: PlotlyInJsdom }).Plotly;
}

type JsdomWindow = Window & typeof globalThis & { URL: { createObjectURL?: () => string } };

/** Gives jsdom a canvas, on which plotly.js paints heatmaps. */
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

/** Applies `translate` and `rotate` of an element and its ancestors to a point. */
function toPage(point: Point, element: Element): Point {
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

/** A property of an element or of its closest ancestor that has it. */
function inherited(element: Element | null, property: string): string {
  for (let at = element; at !== null; at = at.parentElement) {
    const value = (at as SVGElement).style?.getPropertyValue(property) || at.getAttribute(property);
    if (value) return value;
  }
  return '';
}

/** The first and the last point of a path. Only arrows are measured, and they are straight. */
function ends(path: Element): number[] {
  const numbers = (path.getAttribute('d') ?? '').match(/-?[\d.]+(?:e-?\d+)?/g)?.map(Number) ?? [0, 0];
  return [...numbers.slice(0, 2), ...numbers.slice(-2)];
}

/** Gives jsdom the sizes of texts, which margins and legends need. */
function giveMetrics(window: JsdomWindow, measure: Measure): void {
  const measureWidth = (element: Element): number => {
    const size = Number.parseFloat(inherited(element, 'font-size')) || 12;
    const weight = inherited(element, 'font-weight');
    return measure(element.textContent ?? '', size, weight === 'bold' || Number(weight) >= 600);
  };
  /** The bounding box of the texts in an element, from their attributes. */
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
      for (const side of [x, x + width]) corners.push(toPage([side, top], text), toPage([side, bottom], text));
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
 * Encodes pixels as a PNG file, without an alpha channel if all are opaque.
 *
 * fast-png compresses in plain JavaScript, so the bytes are the same on every machine. Those of Node's zlib and of the
 * canvas's encoder differ between processors; resvg's encoder makes the tutorial's figures 1.7 times as large (965 kB
 * instead of 565 kB) and cannot encode a heatmap's canvas.
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
