/** One-click experiments: the same drawing twice with one change, and the network's answer to each. */

import { bytes } from '../../shared/page/base64';
import { element } from '../../shared/page/dom';
import { t } from '../../shared/page/words';
import { chosen, single } from './assets';
import type { Stroke } from './drawing';
import type { Shared } from './link';

export interface Experiment {
  title: string;
  text: string;
  /** Before and after the change, each with a name. */
  before: Shared & { name: string };
  after: Shared & { name: string };
}

const stroke = (...places: [number, number][]): Stroke => places.map(([x, y]) => ({ x, y }));
const BAR = stroke([0.25, 0.2], [0.75, 0.2]);
const STEM = stroke([0.75, 0.2], [0.45, 0.85]);
const settings = { T: 100, tau: single.tau, seed: 0 };

/** The experiments for which the build found an image. */
export function experiments(): Experiment[] {
  const { slow, hasty, deep } = chosen;
  const showing = ({ pixels }: { pixels: string }) => ({ ...settings, pixels: bytes(pixels) });
  const all = [
    slow && {
      title: t`Raise τ`,
      text: t`Chance bursts of input carry this 7 over the threshold. A slow neuron averages over many steps, and the bursts even out.`,
      before: { ...showing(slow), name: `τ = ${single.tau}` },
      after: { ...showing(slow), name: `τ = ${slow.tau}`, tau: slow.tau },
    },
    hasty && {
      title: t`Set T to 1`,
      text: t`This image shows the digit ${hasty.label}. One step is a rough sketch of it, and T = 1 decides on that alone.`,
      before: { ...showing(hasty), name: 'T = 100' },
      after: { ...showing(hasty), name: 'T = 1', T: 1 },
    },
    {
      title: t`Remove the 7’s bar`,
      text: t`Which pixels make a 7 a 7? Ask “Why?” before and after.`,
      before: { ...settings, name: t`with its bar`, strokes: [BAR, STEM] },
      after: { ...settings, name: t`without`, strokes: [STEM] },
    },
    deep && {
      title: t`Add a hidden layer`,
      text: t`This image shows the digit ${deep.label}. Ten weighted sums of its pixels say something else; hidden neurons can look for its strokes first.`,
      before: { ...showing(deep), name: t`one layer` },
      after: { ...showing(deep), name: t`hidden layer`, network: 'hidden' as const },
    },
  ];
  return all.filter((one) => one !== undefined);
}

/**
 * Adds a card for each experiment.
 * @param run performs an experiment; resolves to the two answers, or to undefined if it was interrupted
 */
export function showExperiments(
  list: HTMLElement,
  all: Experiment[],
  run: (experiment: Experiment) => Promise<[string, string] | undefined>,
): void {
  for (const experiment of all) {
    const button = element('button', { type: 'button' }, experiment.title);
    const result = element('p', { class: 'pg-result', role: 'status' });
    button.addEventListener('click', async () => {
      result.replaceChildren();
      const answers = await run(experiment);
      if (!answers) return;
      const [before, after] = answers;
      result.replaceChildren(
        element('span', {}, `${experiment.before.name}:`),
        element('b', {}, before),
        element('span', {}, `${experiment.after.name}:`),
        element('b', {}, after),
      );
    });
    list.append(element('li', {}, button, element('p', { class: 'pg-note' }, experiment.text), result));
  }
}
