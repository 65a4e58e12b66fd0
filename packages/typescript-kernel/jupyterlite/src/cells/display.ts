/** What cells display things with: tslab's `display`, and Deno's `Jupyter`. */
import type { Bundle } from '../protocol';
import { inspect } from './inspect';

type Data = Record<string, unknown>;

export interface Display {
  /** Shows something below the cell. With an id it can be changed later. */
  display(bundle: Bundle, displayId?: string): void;
  /** Changes what was shown under an id. */
  updateDisplay(bundle: Bundle, displayId: string): void;
}

const TYPES = {
  javascript: 'text/javascript',
  html: 'text/html',
  markdown: 'text/markdown',
  latex: 'text/latex',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  pdf: 'application/pdf',
  text: 'text/plain',
};

/** `import { display, newDisplay } from 'tslab'`. */
export function displayModule(api: Display): Record<string, unknown> {
  const make = (id?: string) => {
    let shown = false;
    const raw = (type: string, content: unknown) => {
      const bundle = { data: { [type]: content instanceof Uint8Array ? base64(content) : content }, metadata: {} };
      if (id !== undefined && shown) api.updateDisplay(bundle, id);
      else api.display(bundle, id);
      shown = true;
    };
    const methods = Object.entries(TYPES).map(([name, type]) => [name, (content: unknown) => raw(type, content)]);
    return { ...Object.fromEntries(methods), raw };
  };
  return { display: make(), newDisplay: () => make(`display-${Math.random().toString(16).slice(2)}`) };
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

const DISPLAY = Symbol.for('Jupyter.display');

/** How a value asks to be displayed: data by MIME type; undefined if it does not. */
export async function dataOf(value: unknown): Promise<Data | undefined> {
  let show: unknown;
  try {
    show = (value as { [DISPLAY]?: unknown } | null | undefined)?.[DISPLAY];
  } catch {
    // It cannot be looked at.
  }
  return typeof show === 'function' ? await show.call(value) : undefined;
}

/** The global `Jupyter`. */
export function jupyterOf(api: Display): typeof Jupyter {
  const tag =
    (type: string) =>
    (strings: TemplateStringsArray, ...values: unknown[]) => {
      const text = String.raw({ raw: strings }, ...values);
      return { [DISPLAY]: () => ({ [type]: text }) };
    };
  return {
    async display(value, { raw = false, update = false, display_id } = {}) {
      const data = raw ? (value as Data) : ((await dataOf(value)) ?? { 'text/plain': inspect(value) });
      if (update && display_id !== undefined) api.updateDisplay({ data }, display_id);
      else api.display({ data }, display_id);
    },
    html: tag(TYPES.html),
    md: tag(TYPES.markdown),
    svg: tag(TYPES.svg),
  };
}
