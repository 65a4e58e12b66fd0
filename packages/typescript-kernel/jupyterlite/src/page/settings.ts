/** What the site's jupyter-lite.json says to this extension. */
import type { CompilerSettings } from '../protocol';

export const PLUGIN = 'jupyterlite-typescript-kernel:plugin';

export interface Settings extends CompilerSettings {
  /** URLs of the JSON of `buildDeclarations`: of the site's own, and that of the extension, which is there if that fails. */
  declarations: string[];
  /**
   * How values and errors are shown: as text of a cell's streams, as on tslab, or as Jupyter's own `execute_result` and
   * `error`, from which a page makes `[3]:` and a red box.
   */
  messages: 'streams' | 'jupyter';
  /** The kernel's name, as notebooks' metadata have it. */
  name: string;
  displayName: string;
  /** Of an array of more than 10 on a cell's last line so many are shown. */
  items: number;
  /** Loads the modules in the background, before a cell asks for them. */
  preload: boolean;
  /** A line for each setting that cannot be what the site says; it has its default. */
  faults: string[];
}

type Given = Omit<Settings, 'declarations' | 'faults' | 'siteUrl'> & { declarations?: string };

const DEFAULTS: Given = {
  modules: {},
  name: 'typescript',
  displayName: 'TypeScript',
  items: 100,
  preload: true,
  strict: false,
  experimentalDecorators: false,
  typeErrors: 'block',
  messages: 'streams',
};

/** A URL writes braces in another way. */
const withBraces = (url: string) => url.replaceAll('%7Bname%7D', '{name}');

/** What a setting can be: a description, and whether a value is that. */
type Kind = [expected: string, test: (value: unknown, siteUrl: string) => boolean];

const isText = (value: unknown) => typeof value === 'string';
const isUrl = (value: unknown, siteUrl: string) => {
  try {
    return isText(value) && Boolean(new URL(value as string, siteUrl));
  } catch {
    return false;
  }
};
const oneOf = (...values: string[]): Kind => [values.join(', '), (value) => values.includes(value as string)];
const TEXT: Kind = ['a text', isText];
const URL_TEXT: Kind = ['a URL', isUrl];
const FLAG: Kind = ['true, false', (value) => typeof value === 'boolean'];

const KINDS: Record<keyof Given, Kind> = {
  name: TEXT,
  displayName: TEXT,
  modules: [
    'a URL for each name',
    (value, siteUrl) =>
      typeof value === 'object' && value !== null && Object.values(value).every((one) => isUrl(one, siteUrl)),
  ],
  declarations: URL_TEXT,
  typeErrors: oneOf('block', 'warn', 'off'),
  messages: oneOf('streams', 'jupyter'),
  strict: FLAG,
  lib: ['a list of texts', (value) => Array.isArray(value) && value.every(isText)],
  experimentalDecorators: FLAG,
  cdn: URL_TEXT,
  items: ['a whole number above 0', (value) => Number.isInteger(value) && (value as number) > 0],
  preload: FLAG,
};

/**
 * Reads the settings from the text of `litePluginSettings`; URLs become absolute.
 * @param own URL of the declarations that the extension brings
 */
export function readSettings(text: string, siteUrl: string, own?: string): Settings {
  const given: Record<string, unknown> = (text ? JSON.parse(text) : {})[PLUGIN] ?? {};
  const faults: string[] = [];
  const isGood = (name: string, value: unknown) => {
    const [expected, test] = Object.hasOwn(KINDS, name) ? KINDS[name as keyof Given] : [];
    if (test?.(value, siteUrl)) return true;
    const wrong = `expected ${expected}, found ${JSON.stringify(value)}`;
    faults.push(`${PLUGIN}: ${name}: ${test ? wrong : `expected one of ${Object.keys(KINDS).join(', ')}`}`);
    return false;
  };
  const good = Object.entries(given).filter(([name, value]) => isGood(name, value));
  const settings: Given = { ...DEFAULTS, ...Object.fromEntries(good) };
  const absolute = (url: string) => new URL(url, siteUrl).href;
  return {
    ...settings,
    siteUrl,
    modules: Object.fromEntries(Object.entries(settings.modules).map(([name, url]) => [name, absolute(url)])),
    cdn: settings.cdn === undefined ? undefined : withBraces(absolute(settings.cdn)),
    declarations: [settings.declarations, own].filter((url) => url !== undefined).map(absolute),
    faults,
  };
}
