/** The plugin that registers the kernel, in a form that JupyterLab's own builder accepts as well. */
import { PageConfig } from '@jupyterlab/coreutils';
import type { ServiceManagerPlugin } from '@jupyterlab/services';
import { IKernelClient, IKernelSpecs } from '@jupyterlite/services';
import { TypeScriptKernel } from './kernel';
import { PLUGIN, readSettings } from './settings';
import { TypesClient } from './types-client';

/** URL of the folder of these files, and their names; the build defines them. */
declare const HERE: string;
declare const FILES: { cells: string; types: string; logo: string; declarations?: string };

const plugin: ServiceManagerPlugin<void> = {
  id: PLUGIN,
  autoStart: true,
  requires: [IKernelSpecs, IKernelClient],
  activate(_: null, specs: IKernelSpecs, client: IKernelClient) {
    const siteUrl = new URL(PageConfig.getBaseUrl(), location.href).href;
    const settings = readSettings(
      PageConfig.getOption('litePluginSettings'),
      siteUrl,
      FILES.declarations && HERE + FILES.declarations,
    );
    const types = new TypesClient(HERE + FILES.types, settings);
    const running = new Map<string, TypeScriptKernel>();
    const logo = HERE + FILES.logo;
    specs.register({
      spec: {
        name: settings.name,
        display_name: settings.displayName,
        language: 'typescript',
        argv: [],
        resources: { 'logo-32x32': logo, 'logo-64x64': logo, 'logo-svg': logo },
      },
      async create(options) {
        const kernel = new TypeScriptKernel({ ...options, script: HERE + FILES.cells, settings, types });
        running.set(options.id, kernel);
        kernel.disposed.connect(() => running.delete(options.id));
        return kernel;
      },
    });
    // JupyterLite's interrupt does not reach the kernel, and shows an error at a cell that never ran.
    const original = client.interrupt.bind(client);
    client.interrupt = async (id) => {
      const kernel = running.get(id);
      if (kernel) kernel.interrupt();
      else await original(id);
    };
  },
};
export default plugin;
