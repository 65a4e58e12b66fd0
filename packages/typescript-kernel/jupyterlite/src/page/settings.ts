/** Reads what the site's jupyter-lite.json says to this extension. */
import type { Settings } from '../protocol';

export const PLUGIN = 'jupyterlite-typescript-kernel:plugin';

type Given = Omit<Settings, 'declarations' | 'faults' | 'siteUrl'> & { declarations?: string };

/** A URL writes braces in another way. */
const withBraces = (url: string) => url.replaceAll('%7Bname%7D', '{name}');

/** What a setting can be: a description, whether a value is that, and the default. */
type Kind<Value> = [expected: string, test: (value: unknown, siteUrl: string) => boolean, standard?: Value];

const isText = (value: unknown) => typeof value === 'string';
const isUrl = (value: unknown, siteUrl: string) => {
  try {
    return isText(value) && Boolean(new URL(value as string, siteUrl));
  } catch {
    return false;
  }
};
const areUrls = (value: unknown, siteUrl: string) =>
  typeof value === 'object' && value !== null && Object.values(value).every((one) => isUrl(one, siteUrl));
const oneOf = <Value>(...values: Value[]): Kind<Value> => [
  values.join(', '),
  (value) => values.includes(value as Value),
  values[0],
];

const KINDS: { [Name in keyof Given]-?: Kind<Given[Name]> } = {
  name: ['a text', isText, 'typescript'],
  displayName: ['a text', isText, 'TypeScript'],
  modules: ['a URL for each name', areUrls, {}],
  declarations: ['a URL', isUrl],
  typeErrors: oneOf('block', 'warn', 'off'),
  messages: oneOf('streams', 'jupyter'),
  strict: oneOf(false, true),
  lib: ['a list of texts', (value) => Array.isArray(value) && value.every(isText)],
  experimentalDecorators: oneOf(false, true),
  cdn: ['a URL', isUrl],
  items: ['a whole number above 0', (value) => Number.isInteger(value) && (value as number) > 0, 100],
  preload: oneOf(true, false),
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
  const defaults = Object.entries(KINDS).flatMap(([name, [, , value]]) => (value === undefined ? [] : [[name, value]]));
  const settings: Given = Object.fromEntries([...defaults, ...good]);
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
