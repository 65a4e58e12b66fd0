/** Sentences of the page: progress, a link's claim, and whether it holds. */
import { grouped } from '../../../packages/figures/values';
import { flatten, formatRun, isSameRun, type ResolvedRun, type RunDocument } from '../../../packages/runs/document';
import { isStandard, NAMES, tellSetting, valueIn, withValue } from '../../../packages/runs/shorthands';
import { t, translate } from '../../shared/page/words';
import type { Claim } from './link';
import { type EpochEnd, type Progress, withEpochs } from './protocol';

/** Singular and plural are separate phrases, so that translations can differ. */
export const epochs = (count: number): string => (count === 1 ? t`1 epoch` : t`${grouped(count)} epochs`);
export const threads = (count: number): string => (count === 1 ? t`1 thread` : t`${grouped(count)} threads`);

export const percent = (share: number) => t`${(100 * share).toFixed(2)} %`;
/** All digits, for shares that may agree in two decimals. */
const exactly = (share: number) => t`${Number((100 * share).toPrecision(15))} %`;

export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/** Estimated seconds of the whole training, from the batches done. */
const wholeTime = ({ seconds, trainTimes, batches }: Progress, epochs: number) =>
  (seconds / trainTimes) * batches * epochs;

/** Progress in a sentence. Epochs count from 0, as in the chapters. */
export function progressOf(progress: Progress, { train: { epochs } }: ResolvedRun, isRunning: boolean): string {
  const { epoch, batch, batches, loss, accuracy, seconds } = progress;
  const left = isRunning ? t` About ${duration(wholeTime(progress, epochs) - seconds)} left.` : '';
  return t`Epoch ${epoch} (of 0 to ${epochs - 1}), batch ${batch} of ${batches}: ${percent(accuracy)} of the training images right, loss ${loss.toFixed(4)}.${left}`;
}

/** What differs from the defaults: settings in words, and anything else by its path, such as layers that differ. */
function makingOf(settings: ResolvedRun): string[] {
  let named: RunDocument = {};
  const names = NAMES.filter((name) => !isStandard(settings, name)).filter((name) => {
    try {
      const more = withValue(named, name, valueIn(settings, name));
      named = formatRun(more);
      return name !== 'epochs';
    } catch {
      // The run has several values of it, one per layer.
      return false;
    }
  });
  const [worded, all] = [named, formatRun(settings)].map((one) => flatten(one));
  const paths = Object.keys(all).filter((path) => all[path] !== worded[path] && all[path] !== '{}');
  return [
    ...names.map((name) => translate(tellSetting(name, valueIn(settings, name)))),
    ...paths.map((path) => `${path} ${all[path]}`),
  ];
}

/** The claim of a link. */
export function claimOf(settings: ResolvedRun, { test, sha256 }: Claim): string {
  const own = makingOf(settings);
  const how = own.length > 0 ? t`with ${own.join(', ')}, ` : '';
  return t`This link says: ${how}after ${epochs(settings.train.epochs)} ${percent(test)} of the test images right, and weights with the SHA-256 ${`${sha256.slice(0, 8)}…`} It is a claim: “Check” trains the network here, and compares.`;
}

/** Whether the learning rate falls to 0 by the last epoch: a run of fewer epochs then has other bytes. */
export const decays = ({ train }: ResolvedRun): boolean => train.schedule === 'cosine';

/** Whether training with these settings reaches the link's run: the same bytes after as many epochs. */
export function settingsMatch(settings: ResolvedRun, link: ResolvedRun): boolean {
  const [asked, claimed] = [settings.train.epochs, link.train.epochs];
  return (decays(settings) ? asked === claimed : asked >= claimed) && isSameRun(withEpochs(settings, claimed), link);
}

/** Whether a claim agrees with the result here. */
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
