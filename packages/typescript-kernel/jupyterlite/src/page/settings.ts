/** What the site's jupyter-lite.json says to this extension. */
import type { Modules } from '../protocol';

export const PLUGIN = 'jupyterlite-typescript-kernel:plugin';

export interface Settings {
  /** Modules that cells may import, by name: URLs relative to the site's base. */
  modules: Modules;
  /** URL of the JSON of `buildDeclarations`; without it there are no types. */
  declarations?: string;
  /** The kernel's name, as notebooks' metadata have it. */
  name: string;
  displayName: string;
  /** Loads the modules in the background, before a cell asks for them. */
  preload: boolean;
}

const DEFAULTS: Settings = { modules: {}, name: 'typescript', displayName: 'TypeScript', preload: true };

/** Reads the settings out of the text of `litePluginSettings`; URLs become absolute. */
export function readSettings(text: string, siteUrl: string): Settings {
  const given: Partial<Settings> = (text ? JSON.parse(text) : {})[PLUGIN] ?? {};
  const settings = { ...DEFAULTS, ...given };
  const absolute = (url: string) => new URL(url, siteUrl).href;
  return {
    ...settings,
    modules: Object.fromEntries(Object.entries(settings.modules).map(([name, url]) => [name, absolute(url)])),
    declarations: settings.declarations === undefined ? undefined : absolute(settings.declarations),
  };
}
