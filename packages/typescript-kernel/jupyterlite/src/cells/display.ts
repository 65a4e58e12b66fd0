/** tslab's `display`, with which cells show rich outputs. */
import type { Display } from '../../../core/modules';

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
