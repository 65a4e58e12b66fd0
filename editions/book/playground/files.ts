/** Reads networks from a reader's files. */
import { resolveLayers } from '../../../packages/networks/options/layers';
import { DEFAULT_NEURON, differingOption } from '../../../packages/networks/options/neuron-options';
import { hiddenOf } from '../../../packages/networks/options/weights';
import { t } from '../../shared/page/words';
import { TAU } from './link';
import { type Network, networkOf } from './networks';
import { loadExchange } from './save';

/** Maximum file size: no network that this page can show is larger, and a phone can hold this much. */
const LARGEST = 64e6;

/**
 * Reads a network from a file.
 * @param tau time constant if the file does not contain one
 * @throws Error in one line if the file holds no network, or one that this page cannot show
 */
export async function loadNetwork(file: File, tau: number): Promise<Network & { saysTau: boolean }> {
  if (file.size > LARGEST)
    throw new Error(t`${file.name}: expected at most ${LARGEST / 1e6} MB, found ${Math.ceil(file.size / 1e6)}`);
  const { fromFile } = await loadExchange();
  const { weights, neuron, layers, readout = 'spikes' } = fromFile(new Uint8Array(await file.arrayBuffer()), file.name);
  if (layers || readout !== 'spikes')
    throw new Error(
      t`${file.name}: expected one hidden layer or none, of neurons that are alike and whose spikes are read, found others`,
    );
  const differs = neuron && differingOption(neuron, { ...DEFAULT_NEURON, tau: neuron.tau });
  if (differs)
    throw new Error(
      t`${file.name}: ${differs}: expected ${DEFAULT_NEURON[differs]}, as in all networks of this page, found ${neuron[differs]}`,
    );
  if (neuron && !(neuron.tau >= TAU.min && neuron.tau <= TAU.max && neuron.tau === Number(neuron.tau.toFixed(1))))
    throw new Error(
      t`${file.name}: tau: expected ${TAU.min} to ${TAU.max} in steps of 0.1, as this page's slider has, found ${neuron.tau}`,
    );
  const own = resolveLayers({ ...hiddenOf(weights.length), neuron: neuron ?? { ...DEFAULT_NEURON, tau } });
  return { ...(await networkOf('own', weights, own)), saysTau: neuron !== undefined };
}

/** Calls `load` with a file dropped anywhere on the page, and marks an element while a file is dragged over it. */
export function listenToDrops(root: HTMLElement, load: (file: File) => void): void {
  const show = (on: boolean) => root.classList.toggle('pg-drop', on);
  const hasFile = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
  document.addEventListener('dragover', (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    show(true);
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) show(false);
  });
  document.addEventListener('drop', (event) => {
    if (!hasFile(event)) return;
    // Otherwise the browser would leave the page and show the file.
    event.preventDefault();
    show(false);
    const [file] = event.dataTransfer?.files ?? [];
    if (file) load(file);
  });
}
