/** What the site's jupyter-lite.json says to this extension. */
import type { CompilerSettings, Modules } from '../protocol';

export const PLUGIN = 'jupyterlite-typescript-kernel:plugin';

export interface Settings extends Omit<CompilerSettings, 'hasCdn'> {
  /** Modules that cells may import, by name: URLs relative to the site's base. */
  modules: Modules;
  /** URL of the JSON of `buildDeclarations`; that of the extension by default. Without any there are no types. */
  declarations?: string | undefined;
  /** What becomes of a cell with type errors: it does not run, or runs after they are shown, or they are not shown. */
  typeErrors: 'block' | 'warn' | 'off';
  /** Where names come from that are not among the modules, such as `https://esm.sh/`; undefined: nowhere. */
  cdn?: string | undefined;
  /** The kernel's name, as notebooks' metadata have it. */
  name: string;
  displayName: string;
  /** Loads the modules in the background, before a cell asks for them. */
  preload: boolean;
}

const DEFAULTS: Settings = {
  modules: {},
  name: 'typescript',
  displayName: 'TypeScript',
  preload: true,
  strict: false,
  experimentalDecorators: false,
  typeErrors: 'block',
};

/** A URL writes braces in another way. */
const withBraces = (url: string) => url.replaceAll('%7Bname%7D', '{name}');

const TYPE_ERRORS = ['block', 'warn', 'off'];

/**
 * Reads the settings out of the text of `litePluginSettings`; URLs become absolute.
 * @param own URL of the declarations that the extension brings
 */
export function readSettings(text: string, siteUrl: string, own?: string): Settings {
  const given: Partial<Settings> = (text ? JSON.parse(text) : {})[PLUGIN] ?? {};
  const settings = { ...DEFAULTS, ...given };
  if (!TYPE_ERRORS.includes(settings.typeErrors)) {
    const found = JSON.stringify(settings.typeErrors);
    throw new Error(`${PLUGIN}: typeErrors: expected ${TYPE_ERRORS.join(', ')}, found ${found}`);
  }
  const absolute = (url: string) => new URL(url, siteUrl).href;
  return {
    ...settings,
    modules: Object.fromEntries(Object.entries(settings.modules).map(([name, url]) => [name, absolute(url)])),
    cdn: settings.cdn === undefined ? undefined : withBraces(absolute(settings.cdn)),
    declarations: settings.declarations === undefined ? own : absolute(settings.declarations),
  };
}
