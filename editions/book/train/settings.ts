/** The settings that the page offers. What they may be, and their names, are those of the command line and the map. */
import {
  engineOptions,
  formatOptions,
  nameValue,
  SETTINGS,
  type SettingName,
  type Settings,
} from '../../../packages/runs/map';
import { type Setting, TABLE } from '../../../packages/runs/settings';
import { element } from '../page/assets';
import { settingsOf } from './link';

/** What each is called here, and what it does in a line. A setting of the table needs no more than an entry here. */
const OFFERED: Partial<Record<SettingName, readonly [string, string]>> = {
  hidden: [
    'Hidden neurons',
    'Between the picture and the ten; 100-50 are two layers. 0: each pixel speaks to the ten itself.',
  ],
  recurrent: ['Recurrence', 'Whether hidden neurons hear one another.'],
  T: ['Steps T', 'For how many time steps each picture is shown. Fewer are faster, and less sure.'],
  tau: ['Time constant τ', 'How long a neuron remembers: the larger, the more slowly its potential leaks away.'],
  learnTau: ['Learnt τ', 'Whether training changes the time constants, too.'],
  synapseTau: [
    'Lasting currents',
    'How slowly the push of a spike fades, as a time constant in steps. 0: it pushes once.',
  ],
  encoder: ['Input', 'How a picture comes in: pixels that fire at random, grey values, or one spike each.'],
  readout: ['Readout', 'What answers: how often each of the ten fires, or the potential of ten that never fire.'],
  loss: ['Loss', 'How wrong an answer is, as a number. Training makes it smaller.'],
  learningRate: ['Learning rate', 'How far each batch moves the weights.'],
  batchSize: ['Batch', 'How many pictures are looked at before the weights move.'],
  seed: ['Seed', 'Decides all chance: the same seed gives the same network, to the last bit.'],
  epochs: ['Epochs', 'How often the network goes through the 60,000 pictures.'],
};
const NAMES = Object.keys(OFFERED) as SettingName[];

/** What the page starts with: the defaults, but fewer epochs. */
export const START: Settings = settingsOf(new URLSearchParams({ epochs: '10' }));

/** A field for each setting; `changed` gets the settings, or a sentence about a field that says something else. */
export class Fields {
  private readonly fields = new Map<SettingName, HTMLInputElement | HTMLSelectElement>();
  /** Settings that have no field come from here. */
  private base = START;

  constructor(place: HTMLElement, changed: (settings: Settings | string) => void) {
    for (const name of NAMES) {
      const field = fieldOf(name);
      const [label, what] = OFFERED[name] ?? [name, ''];
      field.addEventListener('change', () => changed(this.read()));
      this.fields.set(name, field);
      const line = element('span', { class: 'tr-line', id: `tr-${name}-line` }, what);
      place.append(element('label', { class: 'tr-field' }, element('b', {}, label), field), line);
    }
  }

  show(settings: Settings): void {
    this.base = settings;
    for (const [name, field] of this.fields) {
      field.value = String(settings[name] ?? '');
      field.disabled = settings[name] === null;
      field.removeAttribute('aria-invalid');
    }
  }

  /** The settings, or what is wrong with a field. */
  read(): Settings | string {
    const settings: Record<string, unknown> = { ...this.base };
    let wrong = '';
    for (const [name, field] of this.fields) {
      if (this.base[name] === null) continue;
      const { read, expected } = SETTINGS[name];
      settings[name] = read(field.value.trim());
      field.toggleAttribute('aria-invalid', settings[name] === undefined);
      if (settings[name] === undefined) {
        field.setAttribute('aria-invalid', 'true');
        wrong ||= `${OFFERED[name]?.[0]}: expected ${expected}, found ${field.value.slice(0, 20) || 'nothing'}.`;
      }
    }
    return wrong || (settings as unknown as Settings);
  }
}

/** A choice where the table has words or a switch, else a line to write in. */
function fieldOf(name: SettingName): HTMLInputElement | HTMLSelectElement {
  const { read }: Setting = TABLE[name];
  const choices = read ? read.choices : [true, false];
  const attributes = { id: `tr-${name}`, 'aria-describedby': `tr-${name}-line` };
  if (!choices) return element('input', { ...attributes, inputmode: 'decimal', autocomplete: 'off' });
  const options = choices.map((value) => element('option', { value: String(value) }, nameValue(name, value)));
  return element('select', attributes, ...options);
}

/** All settings of a run that are not the defaults, in words. */
export const commandOf = (settings: Settings): string => `npm run train -- ${formatOptions(settings)}`.trim();

/** A cell for a notebook that trains the same network. */
export function cellOf(settings: Settings): string {
  const differing = (own: object, standard: object): object =>
    Object.fromEntries(
      Object.entries(own)
        .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(Object(standard)[name]))
        .map(([name, value]) => [name, name === 'neuron' ? differing(value, Object(standard)[name]) : value]),
    );
  const options = Object.entries(differing(engineOptions(settings), engineOptions(settingsOf(new URLSearchParams()))));
  const { trainImages } = settings;
  const heldBack = trainImages === null || trainImages === 60_000 ? '' : `, heldBack: ${60_000 - trainImages}`;
  const all = ['data', ...options.map(([name, value]) => `${name}: ${JSON.stringify(value)}`)].join(', ');
  return [
    "import { createEngine, fingerprint, loadMnist, withBar } from 'lif-fc-mnist';",
    '',
    'const data = await loadMnist();',
    `const engine = await createEngine('event', { ${all} });`,
    `const { state, testAccs } = await withBar.train({ engine, epochs: ${settings.epochs}${heldBack} });`,
    'if (state) console.log(testAccs.at(-1), fingerprint(state.weights));',
  ].join('\n');
}
