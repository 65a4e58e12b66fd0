/**
 * A link that carries a run, all of it in the part behind #, which never leaves the browser:
 *
 *     #run=1&tau=3&epochs=10                           settings, named as the columns of the map, where they are not
 *     the defaults
 *     #run=1&tau=3&epochs=10&test=0.9273&sha256=…      and what came of them, to be checked
 *
 * A link need not be trusted: `readRun` checks every part before anything is shown, and the claim is compared with what
 * comes out here.
 */
import {
  isStandard,
  readSettings,
  SETTING_NAMES,
  SETTINGS,
  type Settings,
  whyLacking,
} from '../../../packages/runs/map';
import { SURROGATES } from '../../../src/common/surrogates';
import { t, translate } from '../../shared/page/words';
import { damaged, partsOf } from '../playground/link';

/** What a link says came of a run. */
export interface Claim {
  /** Accuracy on the test images after the last epoch. */
  test: number;
  /** SHA-256 of the weights, in hexadecimal. */
  sha256: string;
}

const MAX_LENGTH = 2000;
const column = (name: (typeof SETTING_NAMES)[number]) => SETTINGS[name].column;

/** The settings of a run, where they are given by the names of the map's columns; the others are the defaults. */
export function settingsOf(given: Pick<URLSearchParams, 'get'>): Settings {
  const run = { network: given.get('network'), dataset: given.get('dataset') } as Partial<Settings>;
  const surrogate = (given.get('surrogate') ?? SETTINGS.surrogate.standard) as keyof typeof SURROGATES;
  const standard = new Map(
    SETTING_NAMES.map((name) => {
      const value = name === 'alpha' ? SURROGATES[surrogate]?.alpha : SETTINGS[name].standard;
      return [column(name), whyLacking(name, run) ? '' : String(value)];
    }),
  );
  const get = (name: string) => given.get(name) ?? standard.get(name) ?? '';
  return readSettings({
    get,
    fail(name, expected) {
      const found = JSON.stringify((given.get(name) ?? '').slice(0, 20));
      throw new RangeError(t`${name}: expected ${translate(expected)}, found ${found}`);
    },
  });
}

/** The link's part behind #. */
export function writeRun(settings: Settings, claim?: Claim): string {
  const own = SETTING_NAMES.filter((name) => name === 'epochs' || !isStandard(settings, name));
  const parts = new URLSearchParams([['run', '1'], ...own.map((name) => [column(name), String(settings[name])])]);
  if (claim) {
    parts.set('test', String(claim.test));
    parts.set('sha256', claim.sha256);
  }
  return `#${parts}`;
}

/** Whether an address names a run, and not a heading of the page. */
export const isRun = (hash: string): boolean => hash.startsWith('#run=');

/**
 * Reads what `writeRun` wrote.
 * @throws RangeError that says in one line what was expected and what was found
 */
export function readRun(hash: string): { settings: Settings; claim?: Claim } {
  const parts = partsOf(hash, ['run', 'test', 'sha256', ...SETTING_NAMES.map(column)], MAX_LENGTH);
  if (parts.get('run') !== '1') throw damaged();
  const settings = settingsOf(parts);
  const [test, sha256] = [parts.get('test'), parts.get('sha256')];
  if (test === null && sha256 === null) return { settings };
  if (!/^(?:0(?:\.\d{1,6})?|1)$/.test(test ?? '') || !/^[0-9a-f]{64}$/.test(sha256 ?? '')) throw damaged();
  return { settings, claim: { test: Number(test), sha256: sha256 ?? '' } };
}
