import { checkText, formatValue } from '../../src/common/checks';
import type { ProgressBar } from './contract';

const BAR_WIDTH = 24;

/**
 * Starts a bar with count, rate and time left.
 * @param put replaces the shown state of the bar; `last` is true for the text that stays
 * @param total steps to go, at least 1
 */
export function startBar(put: (text: string, last: boolean) => void, total: number, label = ''): ProgressBar {
  if (!(typeof total === 'number' && total >= 1))
    throw new RangeError(`progressBar: expected a total of at least 1, found ${formatValue(total)}`);
  checkText('label', label);
  /** Where the rate is counted from: the start or, of work that is resumed, the first update. */
  let origin = { count: 0, time: performance.now() };
  const before = label ? `${label}: ` : '';
  let count = 0;
  /** Whole steps; a part of one fills the bar only. */
  const counted = () => `${Math.floor(count)}/${total}`;
  let updates = 0;
  let drawn = Number.NEGATIVE_INFINITY;
  let ended = false;
  const bar = (note: string) => {
    const filled = Math.round((BAR_WIDTH * Math.min(count, total)) / total);
    const seconds = (performance.now() - origin.time) / 1000;
    const steps = count - origin.count;
    const rate = steps / seconds;
    const timing = steps > 0 && seconds > 0 ? ` · ${rateText(rate)} · ${clock((total - count) / rate)} left` : '';
    const parts = `${before}▕${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}▏ ${counted()}${timing}`;
    put(note ? `${parts} · ${note}` : parts, false);
    drawn = performance.now();
  };
  bar('');
  return {
    update(done, note = '') {
      if (ended) return;
      count = done;
      if (updates++ === 0 && done > 1) origin = { count: done, time: performance.now() };
      if (performance.now() - drawn >= 200) bar(note);
    },
    finish() {
      if (ended) return;
      ended = true;
      put(`${before}${counted()}`, true);
    },
  };
}

const rateText = (rate: number): string => (rate >= 10 ? `${Math.round(rate)}/s` : `${rate.toPrecision(2)}/s`);

function clock(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const [minutes, rest] = [Math.floor(whole / 60), String(whole % 60).padStart(2, '0')];
  return minutes < 60
    ? `${minutes}:${rest}`
    : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${rest}`;
}
