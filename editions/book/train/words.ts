/** What the page says in words: how far it is, what a link claims, and whether that came out here. */
import { grouped } from '../../../packages/figures/values';
import { flatten, formatRun, isSameRun, type ResolvedRun, type RunDocument } from '../../../packages/runs/document';
import { isStandard, NAMES, tellSetting, valueIn, withValue } from '../../../packages/runs/shorthands';
import { t, translate } from '../../shared/page/words';
import type { Claim } from './link';
import { type EpochEnd, type Progress, withEpochs } from './protocol';

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
export function progressOf(progress: Progress, { train: { epochs } }: ResolvedRun, isRunning: boolean): string {
  const { epoch, batch, batches, loss, accuracy, seconds } = progress;
  const left = isRunning ? t` About ${duration(wholeTime(progress, epochs) - seconds)} left.` : '';
  return t`Epoch ${epoch} (of 0 to ${epochs - 1}), batch ${batch} of ${batches}: ${percent(accuracy)} of the training images right, loss ${loss.toFixed(4)}.${left}`;
}

/** What makes a run: settings in words, and by its path what no setting says, such as layers that differ. */
function makingOf(settings: ResolvedRun): string[] {
  let named: RunDocument = {};
  const names = NAMES.filter((name) => !isStandard(settings, name)).filter((name) => {
    try {
      const more = withValue(named, name, valueIn(settings, name));
      named = formatRun(more);
      return name !== 'epochs';
    } catch {
      // Its value stands for several.
      return false;
    }
  });
  const [told, all] = [named, formatRun(settings)].map((one) => flatten(one));
  const paths = Object.keys(all).filter((path) => all[path] !== told[path] && all[path] !== '{}');
  return [
    ...names.map((name) => translate(tellSetting(name, valueIn(settings, name)))),
    ...paths.map((path) => `${path} ${all[path]}`),
  ];
}

/** What a link says. */
export function claimOf(settings: ResolvedRun, { test, sha256 }: Claim): string {
  const own = makingOf(settings);
  const how = own.length > 0 ? t`with ${own.join(', ')}, ` : '';
  return t`This link says: ${how}after ${epochs(settings.train.epochs)} ${percent(test)} of the test images right, and weights with the SHA-256 ${`${sha256.slice(0, 8)}…`} It is a claim: “Check” trains the network here, and compares.`;
}

/** Whether the learning rate falls to 0 at the last epoch: a run of fewer epochs then has other bytes. */
export const falls = ({ train }: ResolvedRun): boolean => train.schedule === 'cosine';

/** Whether a training with these settings comes by the run of a link: after as many epochs it has the same bytes. */
export function comesBy(settings: ResolvedRun, link: ResolvedRun): boolean {
  const [asked, claimed] = [settings.train.epochs, link.train.epochs];
  return (falls(settings) ? asked === claimed : asked >= claimed) && isSameRun(withEpochs(settings, claimed), link);
}

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
