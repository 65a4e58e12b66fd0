/**
 * The surrogates that both engines know, one per line: SpikingJelly's name in lower case, and its default alpha. This
 * table is the only list of them: types, messages and the choices of the command line come from it. If you add one, you
 * are asked for the rest: by the compiler for a class in `snn/surrogate.ts`, by the kernel's start for its number and
 * by `packages/event-engine/test/engine.test.ts` for its derivative, both in
 * `packages/event-engine/kernel/surrogates.ts`, and by `test/common/lif.test.ts` for SpikingJelly's values and
 * for the glossary's entry and the name that chapters import; by `neuron-options.ts` for a word in figures.
 */
export const SURROGATES = {
  atan: { alpha: 2 },
  sigmoid: { alpha: 4 },
  rect: { alpha: 1 },
} as const;

export type SurrogateName = keyof typeof SURROGATES;

export const SURROGATE_NAMES = Object.keys(SURROGATES) as SurrogateName[];

/** Which slope stands in for that of the spike; `new surrogate.ATan(2)` is one. */
export interface Surrogate {
  readonly name: SurrogateName;
  /** SpikingJelly's; a larger one makes the slope narrower and steeper. */
  readonly alpha: number;
}

/** The surrogate with SpikingJelly's default alpha. */
export const defaultSurrogate = (name: SurrogateName): Surrogate => ({ name, alpha: SURROGATES[name].alpha });
