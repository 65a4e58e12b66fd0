/** The settings that the page offers. What they may be, and their names, are those of the command line and the map. */
import {
  formatRun,
  MOST_IMAGES,
  type ResolvedRun,
  readRun,
  type Value,
  withSurrogates,
} from '../../../packages/runs/document';
import {
  isStandard,
  nameValue,
  type Settings,
  SHORTHANDS,
  valueIn,
  whyLacking,
  withValue,
} from '../../../packages/runs/shorthands';
import { element } from '../../shared/page/dom';
import { t, translate } from '../../shared/page/words';
import { partsOfMessage } from './link';

type Name = keyof Settings;

/** Label and one-line description of each setting. To offer another setting of the table, add an entry. */
type Offered = Partial<Record<Name, readonly [string, string]>>;
const FIRST: Offered = {
  convolve: [
    t`Network`,
    t`Whether each neuron sees all pixels, or kernels slide over them. It sets all other fields, too.`,
  ],
  hidden: [t`Hidden neurons`, t`Between the picture and the ten, such as 96; 100,50 are two layers of them.`],
  T: [t`Steps T`, t`For how many time steps each picture is shown. Fewer are faster, and less sure.`],
  tau: [t`Time constant τ`, t`How long a neuron remembers: the larger, the more slowly its potential leaks away.`],
  learningRate: [t`Learning rate`, t`How far each batch moves the weights.`],
  epochs: [t`Epochs`, t`How often the network goes through the 60,000 pictures.`],
};
/** Settings under "More settings". */
const MORE: Offered = {
  recurrent: [t`Recurrence`, t`Whether hidden neurons hear one another.`],
  learnTau: [t`Learnt τ`, t`Whether training changes the time constants, too.`],
  synapseTau: [t`Lasting currents`, t`In how many steps the push of a spike fades. 0: it pushes once.`],
  encoder: [t`Input`, t`How a picture comes in: pixels that fire at random, grey values, or one spike each.`],
  readout: [t`Readout`, t`What answers: how often each of the ten fires, or the potential of ten that never fire.`],
  loss: [t`Loss`, t`How wrong an answer is, as a number. Training makes it smaller.`],
  gain: [
    t`First weights`,
    t`How many times as large they are, in all layers or in each: 6,12,1. Silent layers learn little.`,
  ],
  schedule: [t`Falling rate`, t`Whether the learning rate stays, or falls to 0 until the last epoch.`],
  shift: [t`Moved pictures`, t`By how many pixels, at random, training moves each picture.`],
  batchSize: [t`Batch`, t`How many pictures are looked at before the weights move.`],
  seed: [t`Seed`, t`Decides all chance: the same seed gives the same network, to the last bit.`],
};

/** Initial settings: the defaults with fewer epochs. */
export const START = readRun({ train: { epochs: 10 } });

/** The networks offered, by their channels. */
const NETWORKS = ['0', '12-24', '12'];

/** Recommended settings for a network, by its channels. */
function recommended(network: string): ResolvedRun {
  if (network === '0') return START;
  const counts = network.split('-').map(Number);
  const layers = [...counts.map((channels) => ({ convolve: { channels, kernel: 5 }, pool: 'spikes' })), {}];
  const gain = [...[6, 12].slice(0, counts.length), 1];
  const training = { loss: 'cross-entropy-counts', batchSize: 64, learningRate: 2e-2, shift: 1 };
  return readRun({
    engine: { T: 4, layers, gain, encoder: 'direct', readout: 'mean-potential', ...training },
    train: { schedule: 'cosine', epochs: 3 },
  });
}

/** Why a setting does not apply to a network; undefined if it does. */
function whyUnused(name: Name, own: ResolvedRun): string | undefined {
  const lacking = whyLacking(name, own);
  if (lacking || !valueIn(own, 'convolve') || !isStandard(own, name)) return lacking && translate(lacking);
  if (name === 'hidden') return t`the last maps lead straight to the ten outputs`;
  if (name === 'recurrent' || name === 'synapseTau') return t`neurons of convolutional layers have none`;
  return undefined;
}

/**
 * Adds a field for each setting; returns a function that shows settings in the fields.
 * @param changed receives the new settings, or a message about an invalid field
 */
export function makeFields(
  place: HTMLElement,
  changed: (settings: ResolvedRun | string) => void,
): (own: ResolvedRun) => void {
  const more = element('details', {}, element('summary', {}, t`More settings`));
  const fields = new Map([...addFields(place, FIRST), ...addFields(more, MORE)]);
  const network = fields.get('convolve') as Field;
  place.append(more);
  /** The current run, including options without a field. */
  let shown = START;
  /** A message that names the invalid field or, for options without one, their path in the run. */
  const refusal = (message: string, name: Name | undefined): string => {
    const parts = partsOfMessage(message);
    if (!parts) return message;
    const found = parts.found === "''" ? t`nothing` : shortened(parts.found);
    const why = t`expected ${translate(parts.expected)}, found ${found}.`;
    const field = name && fields.get(name);
    if (field) mark(field, why);
    return `${field?.labels?.[0].firstChild?.textContent ?? parts.path}: ${why}`;
  };
  /** Reads the fields. Options that they cannot express stay until the reader changes them. */
  function read(target: EventTarget | null): ResolvedRun | string {
    let run = formatRun(shown);
    for (const [name, field] of fields) {
      const text = field.value.trim();
      if (text === textOf(name, shown)) continue;
      try {
        run = withValue(run, name, SHORTHANDS[name].read(text, name));
      } catch (error) {
        return refusal((error as Error).message, name);
      }
    }
    try {
      return readRun(run);
    } catch (error) {
      const { message } = error as Error;
      const names = [...fields.keys()];
      const touched = names.find((name) => fields.get(name) === target);
      const named = partsOfMessage(message)?.path.split('.').at(-1);
      return refusal(message, names.find((name) => name === named) ?? touched);
    }
  }
  place.addEventListener('change', ({ target }) => {
    for (const field of fields.values()) mark(field, '');
    changed(target === network ? recommended(network.value) : read(target));
  });
  return (own) => {
    shown = own;
    const channels = String(valueIn(own, 'convolve') ?? 0);
    // A link may have a network that is not offered.
    if (!network.querySelector(`[value="${channels}"]`)) network.append(networkOption(channels));
    for (const [name, field] of fields) {
      const why = whyUnused(name, own);
      field.value = textOf(name, own);
      field.disabled = why !== undefined;
      mark(field, '');
      const line = document.getElementById(`${field.id}-line`);
      if (line) line.textContent = why ? t`Not here: ${why}.` : ({ ...FIRST, ...MORE }[name]?.[1] ?? '');
    }
    const suits = recommended(channels);
    const isOdd = (name: Name) => !isStandard(own, name) && valueIn(own, name) !== valueIn(suits, name);
    more.open ||= [...fields.keys()].some((name) => name in MORE && isOdd(name));
  };
}

/** The text of a setting in its field; lists have commas. */
function textOf(name: Name, own: ResolvedRun): string {
  const value = valueIn(own, name) ?? '';
  const isList = typeof value === 'string' && (name === 'hidden' || name === 'gain');
  return isList ? value.replaceAll('-', ',') : String(value);
}

const shortened = (text: string) => {
  const characters = Array.from(text);
  return characters.length > 20 ? `${characters.slice(0, 20).join('')}…` : text;
};

type Field = HTMLInputElement | HTMLSelectElement;

/** Shows below a field why its value is invalid; an empty reason clears the message. */
function mark(field: Field, why: string): void {
  if (why === '') field.removeAttribute('aria-invalid');
  else field.setAttribute('aria-invalid', 'true');
  const place = document.getElementById(`${field.id}-wrong`);
  if (place) place.textContent = why === '' ? '' : why[0].toUpperCase() + why.slice(1);
}

const addFields = (place: HTMLElement, offered: Offered) =>
  Object.entries(offered).map(([key, [label, what]]) => {
    const name = key as Name;
    const field = fieldOf(name);
    const wrong = element('span', { class: 'tr-line tr-wrong', id: `${field.id}-wrong` });
    const line = element('span', { class: 'tr-line', id: `${field.id}-line` }, what);
    place.append(element('label', { class: 'tr-field' }, element('b', {}, label), field), wrong, line);
    return [name, field] as const;
  });

/** A select element for words and switches, otherwise a text field. */
function fieldOf(name: Name): Field {
  const choices = SHORTHANDS[name].choices as readonly Value[] | undefined;
  const id = `tr-set-${name}`;
  const attributes = { id, 'aria-describedby': `${id}-wrong ${id}-line` };
  if (name === 'convolve') return element('select', attributes, ...NETWORKS.map(networkOption));
  if (!choices) return element('input', { ...attributes, inputmode: 'decimal', autocomplete: 'off' });
  const options = choices.map((value) =>
    element('option', { value: String(value) }, translate(nameValue(name, value))),
  );
  return element('select', attributes, ...options);
}

const networkOption = (channels: string) =>
  element(
    'option',
    { value: channels },
    channels === '0' ? t`fully connected` : t`convolutional, ${channels} channels`,
  );

/** Code of a notebook cell that trains the same network. */
export function cellOf(settings: ResolvedRun): string {
  const { name: _, ...engine } = formatRun(settings).engine ?? {};
  const { epochs, images, schedule } = settings.train;
  const heldBack = MOST_IMAGES - (images ?? MOST_IMAGES);
  const training = [
    `engine, epochs: ${epochs}`,
    ...(heldBack > 0 ? [`heldBack: ${heldBack}`] : []),
    ...(schedule === START.train.schedule ? [] : [`schedule: '${schedule}'`]),
  ].join(', ');
  const options = Object.entries(withSurrogates(engine)).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return [
    "import { createEngine, fingerprint, loadMnist, withBar } from 'lif-fc-mnist';",
    '',
    'const data = await loadMnist();',
    `const engine = await createEngine('event', { ${['data', ...options].join(', ')} });`,
    `const { state, testAccs } = await withBar.train({ ${training} });`,
    'if (state) console.log(testAccs.at(-1), fingerprint(state.weights));',
  ].join('\n');
}
