/** Reads what the site's jupyter-lite.json says to this extension. */
import type { Settings } from '../protocol';

export const PLUGIN = 'jupyterlite-typescript-kernel:plugin';

/** The settings of a site that says nothing; `declarations` are then those of the extension. */
const STANDARD = {
  name: 'typescript',
  displayName: 'TypeScript',
  modules: {} as Record<string, string>,
  declarations: '',
  strict: false,
  items: 100,
  preload: true,
};

/**
 * Reads the settings from the text of `litePluginSettings`; URLs become absolute. What is none of them, or of another
 * type, is left out with a line in the browser's console.
 * @param own URL of the declarations that the extension brings
 */
export function readSettings(text: string, siteUrl: string, own?: string): Settings {
  const given: Record<string, unknown> = (text ? JSON.parse(text) : {})[PLUGIN] ?? {};
  const known: Record<string, unknown> = STANDARD;
  const good = Object.entries(given).filter(([name, value]) => {
    if (typeof value === typeof known[name]) return true;
    const expected = name in STANDARD ? `a ${typeof known[name]}` : `one of ${Object.keys(STANDARD).join(', ')}`;
    console.warn(`${PLUGIN}: ${name}: expected ${expected}, found ${JSON.stringify(value)}`);
    return false;
  });
  const settings = { ...STANDARD, ...Object.fromEntries(good) };
  const absolute = (url: string) => new URL(url, siteUrl).href;
  const declarations = settings.declarations || own;
  return {
    ...settings,
    siteUrl,
    modules: Object.fromEntries(Object.entries(settings.modules).map(([name, url]) => [name, absolute(url)])),
    declarations: declarations && absolute(declarations),
  };
}
