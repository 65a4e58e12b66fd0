/**
 * The extension as JupyterLab loads it: a container of webpack's module federation, written by hand. What it takes from
 * the page is there before `plugin.ts` is evaluated, which imports it by its names; the build leads those to `ofPage`.
 */
/** Packages of the page, by their names. */
export const ofPage: Record<string, Record<string, unknown> | undefined> = {};

type Scope = Record<string, Record<string, { get(): Promise<() => unknown> }>>;
let scope: Scope = {};

/** Takes a package that the page shares with its extensions; undefined if it does not. */
async function take(name: string) {
  const [version] = Object.values(scope[name] ?? {});
  ofPage[name] = version && ((await version.get())() as Record<string, unknown>);
  return ofPage[name];
}

async function choosePlugin() {
  const services = await take('@jupyterlite/services');
  await Promise.all(['@jupyterlab/coreutils', '@jupyterlab/services'].map(take));
  if (services?.BaseKernel && services.IKernelSpecs && services.IKernelClient) {
    return (await import('./plugin')).default;
  }
  // A JupyterLab with a server, into which the wheel was installed, has its own kernels, and no use for this one.
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
