/** Renders download buttons for files that cells have saved. */

import { FILE_MIME, storedFile } from '../../../hosts/browser/storage';
import { download } from '../../shared/page/dom';
import { t } from '../../shared/page/words';
import type { ApplicationUtilities, MimeModel, Modules, RenderMimeRegistry } from './jupyter';

export function addDownloads(
  registry: RenderMimeRegistry,
  { Widget }: Modules['@lumino/widgets'],
  { Notification }: ApplicationUtilities,
  siteUrl: string,
): void {
  class DownloadRenderer extends Widget {
    private readonly button = Object.assign(document.createElement('button'), { type: 'button' });

    constructor() {
      super({ node: document.createElement('div') });
      this.button.className = 'jp-mod-styled jp-mod-accept';
      this.node.append(this.button);
    }

    async renderModel({ data }: MimeModel): Promise<void> {
      const { name } = data[FILE_MIME] as { name: string };
      this.button.textContent = t`Download ${name}`;
      this.button.onclick = async () => {
        // A browser that stores nothing rejects.
        const bytes = await storedFile(siteUrl, name).catch(() => undefined);
        if (bytes) download(name, bytes);
        else Notification.warning(t`${name} is not in this browser: run the cell again.`, { autoClose: false });
      };
    }
  }
  registry.addFactory({
    safe: true,
    mimeTypes: [FILE_MIME],
    defaultRank: 0,
    createRenderer: () => new DownloadRenderer(),
  });
}
