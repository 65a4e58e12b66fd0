/** What the site's jupyter-lite.json says to this extension. */
import type { CompilerSettings } from '../protocol';

export const PLUGIN = 'jupyterlite-typescript-kernel:plugin';

export interface Settings extends CompilerSettings {
  /** URL of the JSON of `buildDeclarations`; that of the extension by default. Without any there are no types. */
  declarations?: string | undefined;
  /**
   * How values and errors are shown: as text of a cell's streams, as on tslab, or as Jupyter's own `execute_result` and
   * `error`, from which a page makes `[3]:` and a red box.
   */
  messages: 'streams' | 'jupyter';
  /** What becomes of a cell with type errors: it does not run, or runs after they are shown, or they are not shown. */
  typeErrors: 'block' | 'warn' | 'off';
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
  messages: 'streams',
};

/** A URL writes braces in another way. */
const withBraces = (url: string) => url.replaceAll('%7Bname%7D', '{name}');

/** What settings of few values can be. */
const ALLOWED = { typeErrors: ['block', 'warn', 'off'], messages: ['streams', 'jupyter'] };

/**
 * Reads the settings out of the text of `litePluginSettings`; URLs become absolute.
 * @param own URL of the declarations that the extension brings
 */
export function readSettings(text: string, siteUrl: string, own?: string): Settings {
  const given: Partial<Settings> = (text ? JSON.parse(text) : {})[PLUGIN] ?? {};
  const settings = { ...DEFAULTS, ...given };
  for (const [name, allowed] of Object.entries(ALLOWED)) {
    const value = settings[name as keyof typeof ALLOWED];
    if (allowed.includes(value)) continue;
    throw new Error(`${PLUGIN}: ${name}: expected ${allowed.join(', ')}, found ${JSON.stringify(value)}`);
  }
  const absolute = (url: string) => new URL(url, siteUrl).href;
  return {
    ...settings,
    modules: Object.fromEntries(Object.entries(settings.modules).map(([name, url]) => [name, absolute(url)])),
    cdn: settings.cdn === undefined ? undefined : withBraces(absolute(settings.cdn)),
    declarations: settings.declarations === undefined ? own : absolute(settings.declarations),
  };
}
