/** Reads the extension's settings in the site's jupyter-lite.json. */
import type { Settings } from '../protocol';

export const PLUGIN = 'jupyterlite-typescript-kernel:plugin';

/** The defaults; without `declarations`, those of the extension are used. */
const DEFAULTS = {
  name: 'typescript',
  displayName: 'TypeScript',
  modules: {} as Record<string, string>,
  declarations: '',
  strict: false,
  items: 100,
  preload: true,
};

/**
 * Reads the settings from the JSON of `litePluginSettings`, and makes URLs absolute. Unknown settings and values of another
 * type are ignored, with a warning in the console.
 * @param own URL of the extension's declarations
 */
export function readSettings(text: string, siteUrl: string, own?: string): Settings {
  const given: Record<string, unknown> = (text ? JSON.parse(text) : {})[PLUGIN] ?? {};
  const known: Record<string, unknown> = DEFAULTS;
  const good = Object.entries(given).filter(([name, value]) => {
    if (typeof value === typeof known[name]) return true;
    const expected = name in DEFAULTS ? `a ${typeof known[name]}` : `one of ${Object.keys(DEFAULTS).join(', ')}`;
    console.warn(`${PLUGIN}: ${name}: expected ${expected}, found ${JSON.stringify(value)}`);
    return false;
  });
  const settings = { ...DEFAULTS, ...Object.fromEntries(good) };
  const absolute = (url: string) => new URL(url, siteUrl).href;
  const declarations = settings.declarations || own;
  return {
    ...settings,
    siteUrl,
    modules: Object.fromEntries(Object.entries(settings.modules).map(([name, url]) => [name, absolute(url)])),
    declarations: declarations && absolute(declarations),
  };
}
