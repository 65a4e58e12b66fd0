/** Elements, themes, scripts, the clipboard and downloads, for every page. */

/** A new element with attributes and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * Returns a function that finds elements whose ids begin with a prefix.
 * @throws Error that names a missing element
 */
export const partOf =
  (prefix: string) =>
  <E extends Element = HTMLElement>(id: string): E => {
    const found = document.getElementById(`${prefix}-${id}`);
    if (!found) throw new Error(`expected an element ${prefix}-${id}, found none`);
    return found as Element as E;
  };

/** Several elements of one kind, by the ends of their ids. */
export function partsOf<E extends Element, Id extends string>(prefix: string, kind: new () => E, ...ids: Id[]) {
  const parts = ids.map((id) => {
    const found = partOf(prefix)(id);
    if (!(found instanceof kind)) throw new Error(`${prefix}-${id}: expected a ${kind.name}, found another element`);
    return [id, found];
  });
  return Object.fromEntries(parts) as Record<Id, E>;
}

/**
 * Calls `changed` when the colours of a page of the book may have changed: the reader's choice, which Furo keeps in
 * body[data-theme], or the system's.
 */
export function watchTheme(changed: () => void, signal?: AbortSignal): void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributeFilter: ['data-theme'] });
  signal?.addEventListener('abort', () => observer.disconnect());
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed, { signal });
}

const loading = new Map<string, Promise<void>>();

/**
 * Loads a classic script once. A page opened from disk may load scripts but not fetch files.
 * @throws Error with this message if it cannot be loaded; the next call tries again
 */
export function loadScript(src: string, message: string): Promise<void> {
  const known = loading.get(src);
  if (known) return known;
  const promise = new Promise<void>((done, fail) => {
    const script = Object.assign(document.createElement('script'), { src });
    script.onload = () => done();
    script.onerror = () => {
      loading.delete(src);
      script.remove();
      fail(new Error(message));
    };
    document.head.append(script);
  });
  loading.set(src, promise);
  return promise;
}

/**
 * Copies a text. Where a page may not use the clipboard (some browsers, from disk), it copies a selection instead.
 * @returns whether that worked
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = element('textarea', { readonly: '', 'aria-hidden': 'true', style: 'position:fixed;top:0;opacity:0' });
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    return copied;
  }
}

/** Saves bytes as a download. */
export function download(name: string, bytes: Uint8Array, type = 'application/octet-stream'): void {
  const url = URL.createObjectURL(new Blob([Uint8Array.from(bytes)], { type }));
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  // Later, because the browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
