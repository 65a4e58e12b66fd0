/**
 * The extension as JupyterLab loads it: a hand-written container of webpack's module federation. It loads packages from the
 * page before `plugin.ts` is evaluated; the build resolves that file's imports to `pageModules`.
 */
/** Packages of the page, by name. */
export const pageModules: Record<string, Record<string, unknown> | undefined> = {};

type Scope = Record<string, Record<string, { get(): Promise<() => unknown> }>>;
let scope: Scope = {};

/** Loads a package that the page shares with extensions; undefined if it does not share it. */
async function take(name: string) {
  const [version] = Object.values(scope[name] ?? {});
  pageModules[name] = version && ((await version.get())() as Record<string, unknown>);
  return pageModules[name];
}

async function choosePlugin() {
  const services = await take('@jupyterlite/services');
  await Promise.all(['@jupyterlab/coreutils', '@jupyterlab/services'].map(take));
  if (services?.BaseKernel && services.IKernelSpecs && services.IKernelClient) {
    return (await import('./plugin')).default;
  }
  // The wheel is installed into a JupyterLab with a server, which has its own kernels.
  return [];
}

const global = globalThis as { _JUPYTERLAB?: Record<string, unknown> };
global._JUPYTERLAB ??= {};
global._JUPYTERLAB['jupyterlite-typescript-kernel'] = {
  init(shared: Scope) {
    scope = shared;
  },
  async get() {
    const plugin = await choosePlugin();
    return () => ({ __esModule: true, default: plugin });
  },
};
