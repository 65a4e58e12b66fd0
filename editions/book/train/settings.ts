/** The settings that the page offers. What they may be, and their names, are those of the command line and the map. */
import {
  engineOptions,
  isStandard,
  nameValue,
  readSettings,
  SETTING_NAMES,
  SETTINGS,
  type SettingName,
  type Settings,
  whyLacking,
} from '../../../packages/runs/map';
import { type Setting, TABLE } from '../../../packages/runs/settings';
import { element } from '../../shared/page/dom';
import { t, translate } from '../../shared/page/words';
import { settingsOf } from './link';

/** What a setting is called here, and what it does in a line. One of the table needs no more than an entry here. */
type Offered = Partial<Record<SettingName, readonly [string, string]>>;
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
/** Those that are folded. */
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

/** What the page starts with: the defaults, but fewer epochs. */
export const START: Settings = settingsOf(new URLSearchParams({ epochs: '10' }));

/** The networks to choose from, by their channels. */
const NETWORKS = ['0', '12_24', '12'];

/** The settings that suit a network, by its channels. */
function suiting(convolve: string): Settings {
  if (convolve === '0') return START;
  const how = 'T=4&encoder=direct&readout=mean-potential&loss=cross-entropy-counts&batch_size=64&learning_rate=2e-2';
  const gain = convolve.includes('_') ? '6_12_1' : '6_1';
  return settingsOf(new URLSearchParams(`${how}&schedule=cosine&shift=1&epochs=3&convolve=${convolve}&gain=${gain}`));
}

/** Why a setting means nothing for a network; undefined if it does. */
function whyIdle(name: SettingName, own: Settings): string | undefined {
  const lacking = whyLacking(name, own);
  if (lacking || !own.convolve || !isStandard(own, name)) return lacking && translate(lacking);
  if (name === 'hidden') return t`the last maps lead straight to the ten here; the command line has both`;
  if (name === 'recurrent' || name === 'synapseTau') return t`neurons that convolve have none`;
  return undefined;
}

/**
 * Makes a field for each setting; what is returned shows settings in them.
 * @param changed gets the settings, or a sentence about a field that says something else
 */
export function makeFields(
  place: HTMLElement,
  changed: (settings: Settings | string) => void,
): (own: Settings) => void {
  const more = element('details', {}, element('summary', {}, t`More settings`));
  const fields = new Map([...addFields(place, FIRST), ...addFields(more, MORE)]);
  place.append(more);
  /** By column, also of settings that have no field. */
  let texts = new Map<string, string>();
  const get = (column: string) => fields.get(column)?.value.trim() ?? texts.get(column) ?? '';
  const fail = (column: string, expected: string): never => {
    const field = fields.get(column);
    const why = t`expected ${translate(expected)}, found ${get(column).slice(0, 20) || t`nothing`}.`;
    if (field) mark(field, why);
    const label = field?.labels?.[0].firstChild?.textContent ?? column;
    throw new RangeError(`${label}: ${why}`);
  };
  place.addEventListener('change', ({ target }) => {
    for (const field of fields.values()) mark(field, '');
    try {
      const network = fields.get('convolve');
      changed(target === network ? suiting(network.value) : readSettings({ get, fail }));
    } catch (error) {
      changed((error as Error).message);
    }
  });
  return (own) => {
    texts = new Map(SETTING_NAMES.map((name) => [SETTINGS[name].column, textOf(name, own)]));
    const network = fields.get('convolve');
    const channels = String(own.convolve ?? 0);
    // A link may have others than those to choose from.
    if (network && !network.querySelector(`[value="${channels}"]`)) network.append(networkOption(channels));
    SETTING_NAMES.forEach((name) => {
      const field = fields.get(SETTINGS[name].column);
      if (!field) return;
      const why = whyIdle(name, own);
      field.value = texts.get(SETTINGS[name].column) ?? '';
      field.disabled = why !== undefined;
      mark(field, '');
      const line = document.getElementById(`${field.id}-line`);
      if (line) line.textContent = why ? t`Not here: ${why}.` : ({ ...FIRST, ...MORE }[name]?.[1] ?? '');
    });
    const suits = suiting(channels);
    more.open ||= SETTING_NAMES.some((name) => name in MORE && !isStandard(own, name) && own[name] !== suits[name]);
  };
}

/** How a field writes a setting: lists as the command line has them, where the map's table has 100-50 or 6_12_1. */
function textOf(name: SettingName, own: Settings): string {
  const text = String(own[name] ?? '');
  return name === 'hidden' || name === 'gain' ? text.replaceAll(name === 'hidden' ? '-' : '_', ',') : text;
}

type Field = HTMLInputElement | HTMLSelectElement;

/** Says below a field why its value does not fit; with an empty reason it does. */
function mark(field: Field, why: string): void {
  if (why === '') field.removeAttribute('aria-invalid');
  else field.setAttribute('aria-invalid', 'true');
  const place = document.getElementById(`${field.id}-wrong`);
  if (place) place.textContent = why === '' ? '' : why[0].toUpperCase() + why.slice(1);
}

/** Fields by column. */
const addFields = (place: HTMLElement, offered: Offered) =>
  Object.entries(offered).map(([name, [label, what]]) => {
    const field = fieldOf(name as SettingName);
    const wrong = element('span', { class: 'tr-line tr-wrong', id: `${field.id}-wrong` });
    const line = element('span', { class: 'tr-line', id: `${field.id}-line` }, what);
    place.append(element('label', { class: 'tr-field' }, element('b', {}, label), field), wrong, line);
    return [SETTINGS[name as SettingName].column, field] as const;
  });

/** A choice where the table has words or a switch, else a line to write in. */
function fieldOf(name: SettingName): Field {
  const { read }: Setting = TABLE[name];
  const choices = read ? read.choices : [true, false];
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
    channels === '0' ? t`fully connected` : t`convolutional, ${channels.replaceAll('_', '-')} channels`,
  );

/** A cell for a notebook that trains the same network. */
export function cellOf(settings: Settings): string {
  const differing = (own: object, standard: object): object =>
    Object.fromEntries(
      Object.entries(own)
        .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(Object(standard)[name]))
        .map(([name, value]) => [name, name === 'neuron' ? differing(value, Object(standard)[name]) : value]),
    );
  const options = Object.entries(differing(engineOptions(settings), engineOptions(settingsOf(new URLSearchParams()))));
  const heldBack = 60_000 - (settings.trainImages ?? 60_000);
  const training = [
    `engine, epochs: ${settings.epochs}`,
    ...(heldBack > 0 ? [`heldBack: ${heldBack}`] : []),
    ...(isStandard(settings, 'schedule') ? [] : [`schedule: '${settings.schedule}'`]),
  ].join(', ');
  const all = ['data', ...options.map(([name, value]) => `${name}: ${JSON.stringify(value)}`)].join(', ');
  return [
    "import { createEngine, fingerprint, loadMnist, withBar } from 'lif-fc-mnist';",
    '',
    'const data = await loadMnist();',
    `const engine = await createEngine('event', { ${all} });`,
    `const { state, testAccs } = await withBar.train({ ${training} });`,
    'if (state) console.log(testAccs.at(-1), fingerprint(state.weights));',
  ].join('\n');
}
