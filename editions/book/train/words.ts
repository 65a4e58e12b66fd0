/** What the page says in words: how far it is, what a link claims, and whether that came out here. */
import { grouped } from '../../../packages/figures/values';
import { isStandard, SETTING_NAMES, type Settings, tellSetting } from '../../../packages/runs/map';
import { t, translate } from '../../shared/page/words';
import { type Claim, writeRun } from './link';
import type { EpochEnd, Progress } from './protocol';

/** A number of things, each form a sentence's part of its own: another language has its own. */
export const epochs = (count: number): string => (count === 1 ? t`1 epoch` : t`${grouped(count)} epochs`);
export const threads = (count: number): string => (count === 1 ? t`1 thread` : t`${grouped(count)} threads`);

export const percent = (share: number) => t`${(100 * share).toFixed(2)} %`;
/** With all digits, where two decimals do not tell two shares apart. */
const exactly = (share: number) => t`${Number((100 * share).toPrecision(15))} %`;

export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/** How long a training takes in all, in seconds, by the batches that are done. */
const wholeTime = ({ seconds, trainTimes, batches }: Progress, epochs: number) =>
  (seconds / trainTimes) * batches * epochs;

/** How far a training is. Epochs are counted from 0, as in the curve below it and in the chapters. */
export function progressOf(progress: Progress, { epochs }: Settings, isRunning: boolean): string {
  const { epoch, batch, batches, loss, accuracy, seconds } = progress;
  const left = isRunning ? t` About ${duration(wholeTime(progress, epochs) - seconds)} left.` : '';
  return t`Epoch ${epoch} (of 0 to ${epochs - 1}), batch ${batch} of ${batches}: ${percent(accuracy)} of the training images right, loss ${loss.toFixed(4)}.${left}`;
}

/** What a link says. */
export function claimOf(settings: Settings, { test, sha256 }: Claim): string {
  const own = SETTING_NAMES.filter((name) => name !== 'epochs' && !isStandard(settings, name)).map((name) =>
    translate(tellSetting(name, settings[name])),
  );
  const how = own.length > 0 ? t`with ${own.join(', ')}, ` : '';
  return t`This link says: ${how}after ${epochs(settings.epochs)} ${percent(test)} of the test images right, and weights with the SHA-256 ${`${sha256.slice(0, 8)}…`} It is a claim: “Check” trains the network here, and compares.`;
}

/** Whether the learning rate falls to 0 at the last epoch: a run of fewer epochs then has other bytes. */
export const falls = ({ schedule }: Settings): boolean => schedule === 'cosine';

/** Whether a training with these settings comes by the run of a link: after as many epochs it has the same bytes. */
export const comesBy = (settings: Settings, { epochs, ...link }: Settings): boolean =>
  (falls(settings) ? settings.epochs === epochs : settings.epochs >= epochs) &&
  writeRun({ ...settings, epochs }) === writeRun({ ...link, epochs });

/** Whether a claim holds, by what came out here. */
export function verdictOn(claim: Claim, { testAcc, sha256 }: EpochEnd): { holds: boolean; text: string } {
  const [weights, test] = [sha256 === claim.sha256, testAcc === claim.test];
  const same = t`all weights have the link's SHA-256, and ${percent(testAcc)} of the test images are right`;
  if (weights && test) return { holds: true, text: t`The same bytes: trained in this tab, ${same}.` };
  const [here, claimed] = [testAcc, claim.test].map(exactly);
  const differs = [
    ...(weights ? [] : [t`the weights have the SHA-256 ${sha256} here, and ${claim.sha256} in the link`]),
    ...(test ? [] : [t`${here} of the test images are right here, and ${claimed} in the link`]),
  ];
  return { holds: false, text: t`Not the same: ${differs.join('; ')}.` };
}
