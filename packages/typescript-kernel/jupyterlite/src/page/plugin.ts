/**
 * The extension as JupyterLite loads it: a container of webpack's module federation, written by hand, with one plugin that
 * registers the kernel.
 */
import type { Apputils, CoreUtils, KernelClient, KernelOptions, KernelSpecs, Services } from './jupyterlite';
import { kernelClass, type TypeScriptKernel } from './kernel';
import { PLUGIN, readSettings } from './settings';
import { TypesClient } from './types-client';

const NAME = 'jupyterlite-typescript-kernel';
/** Names of the files next to this script; the build inserts them. */
declare const FILES: { cells: string; types: string; logo: string; declarations?: string };
const here = new URL('.', (document.currentScript as HTMLScriptElement).src).href;

function createPlugin({ BaseKernel, IKernelSpecs, IKernelClient }: Services, { PageConfig }: CoreUtils) {
  return {
    id: PLUGIN,
    autoStart: true,
    requires: [IKernelSpecs, IKernelClient],
    activate(_: unknown, specs: KernelSpecs, client: KernelClient) {
      const siteUrl = new URL(PageConfig.getBaseUrl(), location.href).href;
      const settings = readSettings(
        PageConfig.getOption('litePluginSettings'),
        siteUrl,
        FILES.declarations && here + FILES.declarations,
      );
      const types = new TypesClient(here + FILES.types, settings);
      const Kernel = kernelClass(BaseKernel, here + FILES.cells, settings, types);
      const running = new Map<string, TypeScriptKernel>();
      const logo = here + FILES.logo;
      specs.register({
        spec: {
          name: settings.name,
          display_name: settings.displayName,
          language: 'typescript',
          argv: [],
          resources: { 'logo-32x32': logo, 'logo-64x64': logo, 'logo-svg': logo },
        },
        async create(options: KernelOptions) {
          const kernel = new Kernel(options);
          running.set(options.id, kernel);
          kernel.disposed.connect(() => running.delete(options.id));
          return kernel;
        },
      });
      // JupyterLite's interrupt tells the kernel nothing, and shows an error at a cell that never ran.
      const ofOthers = client.interrupt.bind(client);
      client.interrupt = async (id) => {
        const kernel = running.get(id);
        if (kernel) kernel.interrupt();
        else await ofOthers(id);
      };
    },
  };
}

/** What a page without the parts of JupyterLite says that the kernel needs. */
const TOO_OLD = {
  id: PLUGIN,
  autoStart: true,
  async activate({ restored }: { restored: Promise<void> }) {
    const text = 'The TypeScript kernel needs JupyterLite 0.7 or newer; this site was built with an older one.';
    console.warn(text);
    // What comes before the page listens is not shown.
    await restored;
    const { Notification } = (await ofPage<Apputils>('@jupyterlab/apputils')) ?? {};
    Notification?.warning(text, { autoClose: false });
  },
};

type Shared = Record<string, Record<string, { get(): Promise<() => unknown> }>>;
let shared: Shared = {};

/** A package that the page has loaded and shares with its extensions; undefined if the name is unknown. */
async function ofPage<T>(name: string): Promise<T | undefined> {
  const version = Object.values(shared[name] ?? {})[0];
  return version && ((await version.get())() as T);
}

const global = globalThis as { _JUPYTERLAB?: Record<string, unknown> };
global._JUPYTERLAB ??= {};
global._JUPYTERLAB[NAME] = {
  init(scope: Shared) {
    shared = scope;
  },
  async get() {
    const services = await ofPage<Services>('@jupyterlite/services');
    const utils = await ofPage<CoreUtils>('@jupyterlab/coreutils');
    const isThere = services?.BaseKernel && services.IKernelSpecs && services.IKernelClient && utils;
    // A JupyterLab with a server, into which the wheel was installed, has its own kernels, and no use for this one.
    const isLite = Object.keys(shared).some((name) => name.startsWith('@jupyterlite/'));
    const plugins = isThere ? createPlugin(services, utils) : isLite ? TOO_OLD : [];
    return () => ({ __esModule: true, default: plugins });
  },
};
