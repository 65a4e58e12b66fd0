/** An interactive neuron, on its own page and in the chapter that explains it. */
import { type LifOptions, simulate } from '../../../packages/networks/lif';
import { Purpose, RandomStream } from '../../../src/common/random';
import type { Trace } from '../../../src/common/trace';
import { partOf, partsOf } from '../../shared/page/dom';
import { t } from '../../shared/page/words';
import { drawCurves, drawTrace, stepAt } from './plot';

// The input: a current for each step.

const T = 100;
type Input = 'constant' | 'pulse' | 'sine' | 'noise' | 'small-big' | 'big-small';

const PERIOD = 50;
/** Steps of the two short pulses. */
const EARLY = { from: 20, to: 25 };
const LATE = { from: 27, to: 32 };

/** Pulses of given heights, each in steps [from, to). */
const pulses =
  (...all: { from: number; to: number; height: number }[]) =>
  (t: number) =>
    all.find(({ from, to }) => t >= from && t < to)?.height ?? 0;

/**
 * The synaptic current i[t] = i[t−1] (1 − 1/τ) + x[t] from i = 0, [T], in 32 bits like `layer.Synapse` and the kernel.
 * @param tau up to 1, the current lasts one step: i = x
 */
function lasting(x: Float32Array, tau: number): Float32Array {
  if (tau <= 1) return x;
  const kept = Math.fround(1 - 1 / tau);
  let i = 0;
  return x.map((now) => {
    i = Math.fround(Math.fround(i * kept) + now);
    return i;
  });
}

/**
 * The input currents [T]. Constant, sine and noise have `current` as their mean; the smaller of two pulses has half the
 * current of the larger.
 */
function currentsOf(input: Input, current: number): Float32Array {
  const random = new RandomStream(0, Purpose.Demonstration);
  const at: Record<Input, (t: number) => number> = {
    constant: () => current,
    pulse: pulses({ from: 20, to: 60, height: current }),
    sine: (t) => current * (1 - Math.cos((2 * Math.PI * t) / PERIOD)),
    noise: () => 2 * current * random.uniform(),
    'small-big': pulses({ ...EARLY, height: current / 2 }, { ...LATE, height: current }),
    'big-small': pulses({ ...EARLY, height: current }, { ...LATE, height: current / 2 }),
  };
  return Float32Array.from({ length: T }, (_, t) => at[input](t));
}

/** Maximum current of the slider and of the rate curve. */
const HIGHEST = 3;
/** Currents of the rate curve, and steps for each: enough that the first spikes hardly affect the rate. */
const CURRENTS = 121;
const LONG = 400;

const part = partOf('nr');
const root = part('root');
const plot = part<SVGSVGElement>('plot');
const curve = part<SVGSVGElement>('curve');
const sliders = partsOf('nr', HTMLInputElement, 'current', 'tau', 'threshold', 'fading', 'step');
const chosen = (name: string) => root.querySelector<HTMLInputElement>(`input[name="nr-${name}"]:checked`)?.value ?? '';

const options = (): LifOptions => ({
  tau: Number(sliders.tau.value),
  decayInput: true,
  vThreshold: Number(sliders.threshold.value),
  vReset: chosen('reset') === 'soft' ? null : 0,
});
const input = () => chosen('input') as Input;
const current = () => Number(sliders.current.value);
const fading = () => Number(sliders.fading.value);
/** Runs the neuron with input x. */
function under(x: Float32Array) {
  const current = lasting(x, fading());
  return { ...simulate(options(), current), x, current };
}
const trace = () => under(currentsOf(input(), current()));
const count = (spike: Float32Array) => spike.reduce((sum, fired) => sum + fired, 0);
const number = (value: number) => value.toFixed(2).replace('-', '−');

/** The equations of one step, with numbers. */
function equation({ x, current: i, h, v, spike }: Trace & { x: Float32Array }, step: number): string {
  const { tau, vThreshold, vReset } = options();
  const before = number(step === 0 ? 0 : v[step - 1]);
  const last = number(step === 0 ? 0 : i[step - 1]);
  const lasts = `i = ${last} · ${number(1 - 1 / fading())} + ${number(x[step])} = ${number(i[step])}, `;
  const current = fading() > 1 ? lasts : '';
  const charge = `${current}h = ${before} + (${number(i[step])} − ${before}) / ${tau.toFixed(1)} = ${number(h[step])}`;
  if (!spike[step]) return t`${charge}, below ${number(vThreshold)}: no spike, v = h.`;
  const reset = vReset === null ? `${number(h[step])} − ${number(vThreshold)} = ${number(v[step])}` : number(v[step]);
  return t`${charge} ≥ ${number(vThreshold)}: a spike, v = ${reset}.`;
}

function sentence(spikes: number, highest: number, first: number): string {
  if (spikes === 0) return t`The potential never reaches the threshold: its highest value is ${number(highest)}.`;
  return t`${spikes === 1 ? t`1 spike` : t`${spikes} spikes`} in ${T} steps, the first in step ${first}.`;
}

function update(): void {
  const seen = trace();
  const spikes = count(seen.spike);
  const step = Number(sliders.step.value);
  const said = sentence(spikes, Math.max(...seen.h), seen.spike.indexOf(1));
  drawTrace(plot, seen, options(), step);
  const shown = fading() > 1 ? t`Input current, synaptic current` : t`Input current`;
  plot.setAttribute('aria-label', t`${shown}, membrane potential and spikes of one neuron. ${said}`);
  part('current-value').textContent = number(current());
  part('tau-value').textContent = Number(sliders.tau.value).toFixed(1);
  part('threshold-value').textContent = number(Number(sliders.threshold.value));
  sliders.fading.ariaValueText = fading() > 1 ? `${fading()}` : t`none`;
  part('fading-value').textContent = sliders.fading.ariaValueText;
  part('step-value').textContent = String(step);
  part('equation').textContent = equation(seen, step);
  part('rate').textContent = number(spikes / T);
  part('said').textContent = said;

  const points = Array.from({ length: CURRENTS }, (_, i): [number, number] => {
    const x = (HIGHEST * i) / (CURRENTS - 1);
    return [x, count(under(new Float32Array(LONG).fill(x)).spike) / LONG];
  });
  const axes = [
    { from: 0, to: HIGHEST, title: t`constant current` },
    { from: 0, to: 1, title: t`firing rate` },
  ] as const;
  drawCurves(curve, axes, [{ points, name: 'nr-v' }], [current(), spikes / T]);
}

root.addEventListener('input', update);

// Pointing at the picture selects a step, like the slider.
function look(event: PointerEvent): void {
  const box = plot.getBoundingClientRect();
  sliders.step.value = String(stepAt(event.clientX - box.left, box.width, T));
  update();
}
plot.addEventListener('pointerdown', (event) => {
  plot.setPointerCapture(event.pointerId);
  look(event);
});
plot.addEventListener('pointermove', (event) => {
  if (event.pointerType === 'mouse' || plot.hasPointerCapture(event.pointerId)) look(event);
});

/** For tests. */
const hook = {
  /** The trace shown: x, the current, h, v and spikes, each [T]. */
  trace,
  /** The trace of a neuron with these options and currents. */
  simulate,
};
declare global {
  interface Window {
    neuron: typeof hook;
  }
}
window.neuron = hook;

new ResizeObserver(update).observe(plot);
document.fonts.ready.then(update);
update();
