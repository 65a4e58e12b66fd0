/**
 * The settings of a run: what each is called in the table and on the command line, which values it may have, and which one
 * is left out because it is the default.
 */
import {
  ENCODER_NAMES,
  type EncoderName,
  type EngineOptions,
  LOSS_NAMES,
  type LossName,
} from '../../../src/common/engine';
import { DATASET_NAMES, type DatasetName } from '../../../src/common/spike-trains';
import { SURROGATE_NAMES, SURROGATES, type SurrogateName } from '../../../src/common/surrogates';
import { MAX_HIDDEN } from '../../../src/common/weights';

/** The settings of a run. Those of spiking neurons are null for an ANN, and those of images for Randman, which have none. */
export interface Settings {
  dataset: DatasetName;
  network: 'snn' | 'ann';
  /** Neurons of a hidden layer; 0 without one. */
  hidden: number | null;
  loss: LossName;
  surrogate: SurrogateName | null;
  alpha: number | null;
  detachReset: boolean | null;
  decayInput: boolean | null;
  softReset: boolean | null;
  encoder: EncoderName | null;
  /** Whether training resets the neurons before each batch. */
  reset: boolean | null;
  tau: number | null;
  T: number | null;
  batchSize: number;
  learningRate: number;
  /** Images that are trained on, of 60,000; the others are held back. */
  trainImages: number | null;
  seed: number;
  epochs: number;
}

export type SettingName = keyof Settings;
export type Value = string | number | boolean;

interface Setting {
  /** Its column in the table. */
  column: string;
  /** Which runs do not have it: an ANN, or those on Randman. */
  lackedBy?: readonly ('ann' | 'randman')[];
  /** The command line's default; undefined where it depends on another setting. */
  standard: Value | undefined;
  /** Its command-line words, unless it is the default. */
  flags: (value: Value) => string;
  /** What is expected, for messages. */
  expected: string;
  /** The value of a field; undefined if invalid. */
  read: (text: string) => Value | undefined;
}

const oneOf = (...words: string[]): Pick<Setting, 'expected' | 'read'> => ({
  expected: words.join(' or '),
  read: (text) => (words.includes(text) ? text : undefined),
});
/** Decimal digits with or without an exponent: `Number` also reads '', ' 1' and '0x10'. */
const DECIMAL = /^-?\d+(\.\d+)?(e[-+]?\d+)?$/i;
/** A number that a field holds; undefined if it holds none. */
export const readNumber = (text: string): number | undefined => (DECIMAL.test(text) ? Number(text) : undefined);
const number = (expected: string, fits: (value: number) => boolean): Pick<Setting, 'expected' | 'read'> => ({
  expected,
  read: (text) => {
    const value = readNumber(text);
    return value !== undefined && Number.isFinite(value) && fits(value) ? value : undefined;
  },
});
const above = (least: number) => number(`a number above ${least}`, (value) => value > least);
const whole = (least: number, most: number) =>
  number(
    `a whole number from ${least} to ${most}`,
    (value) => Number.isInteger(value) && value >= least && value <= most,
  );
const yesOrNo: Pick<Setting, 'expected' | 'read'> = {
  expected: 'true or false',
  read: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
};
const option = (name: string) => (value: Value) => `${name} ${value}`;
/** A switch of the command line, which is given where the setting is not the default. */
const given = (name: string) => () => name;

/** All settings, in the order of the table's columns. */
export const SETTINGS: { readonly [Name in SettingName]: Setting } = {
  dataset: { column: 'dataset', standard: 'mnist', flags: option('--dataset'), ...oneOf(...DATASET_NAMES) },
  network: { column: 'network', standard: 'snn', flags: option('--network'), ...oneOf('snn', 'ann') },
  hidden: {
    column: 'hidden',
    lackedBy: ['ann'],
    standard: 0,
    // The command line has no word for a missing layer.
    flags: (value) => (Number(value) === 0 ? '' : `--hidden ${value}`),
    ...whole(0, MAX_HIDDEN),
  },
  loss: {
    column: 'loss',
    standard: 'mse',
    flags: option('--loss'),
    ...oneOf(...LOSS_NAMES),
  },
  surrogate: {
    column: 'surrogate',
    lackedBy: ['ann'],
    standard: 'atan',
    flags: option('--surrogate'),
    ...oneOf(...SURROGATE_NAMES),
  },
  alpha: { column: 'alpha', lackedBy: ['ann'], standard: undefined, flags: option('--alpha'), ...above(0) },
  detachReset: {
    column: 'detach_reset',
    lackedBy: ['ann'],
    standard: false,
    flags: given('--detach-reset'),
    ...yesOrNo,
  },
  decayInput: {
    column: 'decay_input',
    lackedBy: ['ann'],
    standard: true,
    flags: given('--no-decay-input'),
    ...yesOrNo,
  },
  softReset: { column: 'soft_reset', lackedBy: ['ann'], standard: false, flags: given('--soft-reset'), ...yesOrNo },
  encoder: {
    column: 'encoder',
    lackedBy: ['ann', 'randman'],
    standard: 'poisson',
    flags: option('--encoder'),
    ...oneOf(...ENCODER_NAMES),
  },
  reset: { column: 'reset', lackedBy: ['ann'], standard: true, flags: given('--no-reset'), ...yesOrNo },
  tau: { column: 'tau', lackedBy: ['ann'], standard: 2, flags: option('--tau'), ...above(1) },
  T: { column: 'T', lackedBy: ['ann'], standard: 100, flags: option('-T'), ...whole(1, 10_000) },
  batchSize: { column: 'batch_size', standard: 128, flags: option('-b'), ...whole(1, 60_000) },
  learningRate: { column: 'learning_rate', standard: 1e-3, flags: option('--lr'), ...above(0) },
  trainImages: {
    column: 'train_images',
    lackedBy: ['randman'],
    standard: 60_000,
    flags: option('--train-images'),
    ...whole(1, 60_000),
  },
  seed: { column: 'seed', standard: 0, flags: option('--seed'), ...whole(0, 0xffffffff) },
  epochs: { column: 'epochs', standard: 100, flags: option('-N'), ...whole(1, 100_000) },
};

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

/** Why a run on these data with this network does not have the setting, in words; undefined if it has. */
export function whyLacking(
  name: SettingName,
  { network, dataset }: Partial<Pick<Settings, 'network' | 'dataset'>>,
): string | undefined {
  const kind = SETTINGS[name].lackedBy?.find((kind) => kind === network || kind === dataset);
  return kind && `${kind === 'ann' ? 'an ANN' : 'Randman'} has none`;
}

/** Whether the setting has the command line's default. */
export function isStandard(settings: Settings, name: SettingName): boolean {
  const standard =
    name === 'alpha' && settings.surrogate !== null ? SURROGATES[settings.surrogate].alpha : SETTINGS[name].standard;
  return settings[name] === null || settings[name] === standard;
}

/**
 * The arguments of `npm run train --` to compute a run again: settings that are not the defaults.
 * @example
 * formatOptions(row); // '--tau 3 -T 50 -N 10'
 */
export function formatOptions(settings: Settings): string {
  return SETTING_NAMES.filter((name) => !isStandard(settings, name))
    .map((name) => SETTINGS[name].flags(settings[name] as Value))
    .join(' ');
}

/**
 * The command that computes a run again. Its last line is the SHA-256 of the weights.
 * @example
 * formatCommand(row); // 'npm run train -- --tau 3 -N 10 --log-dir build/again/0f3c…'
 */
export const formatCommand = (run: Settings & { id: string }): string =>
  ['npm run train --', formatOptions(run), `--log-dir build/again/${run.id}`].filter(Boolean).join(' ');

/** The engine's options for a run of an SNN. */
export function engineOptions(settings: Settings): Omit<EngineOptions, 'data'> {
  const { seed, T, batchSize, learningRate, loss, encoder, reset, hidden } = settings;
  const { tau, decayInput, softReset, detachReset, surrogate, alpha } = settings;
  if (surrogate === null || alpha === null || tau === null || T === null) {
    throw new RangeError("network: expected a run of an 'snn', found one of an 'ann'");
  }
  const neuron = {
    tau,
    decayInput: decayInput === true,
    vReset: softReset ? null : 0,
    surrogateFunction: { name: surrogate, alpha },
    detachReset: detachReset === true,
  };
  const common = { seed, T, batchSize, learningRate, neuron, loss, reset: reset === true };
  return { ...common, ...(encoder && { encoder }), ...(hidden && { hidden }) };
}

const LOSSES: { [Name in LossName]: string } = {
  mse: 'MSE',
  'cross-entropy': 'cross-entropy',
  'cross-entropy-counts': 'cross-entropy of counts',
};
/** Words that are written otherwise than on the command line. */
const WORDS: Record<string, string> = {
  mnist: 'MNIST',
  randman: 'Randman',
  atan: 'ATan',
  rect: 'rectangle',
  poisson: 'Poisson',
};
/** What a switch is called where it is on and where it is off. */
const SWITCHES: { [Name in SettingName]?: readonly [string, string] } = {
  detachReset: ['reset detached', 'reset in the gradient'],
  decayInput: ['decaying input', 'undecayed input'],
  softReset: ['soft reset', 'hard reset'],
  reset: ['reset', 'no reset'],
};
const UNITS: { [Name in SettingName]?: string } = {
  hidden: 'hidden',
  alpha: 'α',
  tau: 'τ',
  T: 'T',
  batchSize: 'batch',
  learningRate: 'lr',
  trainImages: 'images',
  seed: 'seed',
  epochs: 'epochs',
};

/**
 * A setting's value in a few words, as figures name it: 'τ 2', 'cross-entropy', 'no reset'.
 * @returns '' for a setting that the run does not have
 */
export function nameValue(name: SettingName, value: Value | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return SWITCHES[name]?.[value ? 0 : 1] ?? `${name} ${value}`;
  if (name === 'hidden' && value === 0) return 'no hidden layer';
  if (typeof value === 'number') return `${UNITS[name]} ${value}`;
  if (name === 'network') return value.toUpperCase();
  if (name === 'loss') return LOSSES[value as LossName];
  return WORDS[value] ?? value;
}
