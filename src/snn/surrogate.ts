/**
 * Surrogate gradients: forward the spike is a step, backward it has a slope that is not the step's own.
 * Names and formulas are those of spikingjelly.activation_based.surrogate.
 */
import * as tf from '@tensorflow/tfjs';
import { checkChoice, checkNumber, checkNumbers, checkTensor, formatValue } from '../common/checks';
import { SURROGATE_NAMES, SURROGATES, type SurrogateName } from '../common/surrogates';

/** A spike function with its own gradient. */
export interface SurrogateFunction {
  readonly name: SurrogateName | 'step';
  /** SpikingJelly's; a larger one makes the slope narrower and steeper. */
  readonly alpha: number;
  /** Θ(x), of x = h − threshold: 1 where x ≥ 0, else 0. Its gradient is the surrogate's. */
  apply<T extends tf.Tensor>(x: T): T;
}

/** Θ(x), also at 0 where `tf.step` gives 0. */
function heaviside<T extends tf.Tensor>(x: T): T {
  return tf.cast(tf.greaterEqual(x, 0), 'float32') as T;
}

/** @throws TypeError unless this has a name and `apply`, as a spike function of a reader's own may */
export function checkSurrogate(surrogateFunction: SurrogateFunction): void {
  const { name, apply } = Object(surrogateFunction) as Partial<SurrogateFunction>;
  if (typeof apply === 'function' && typeof name === 'string') return;
  throw new TypeError(
    `surrogateFunction: expected one such as new surrogate.ATan(), found ${formatValue(surrogateFunction)}`,
  );
}

function spike<T extends tf.Tensor>(x: T, slope: (x: tf.Tensor) => tf.Tensor): T {
  checkTensor('x', x);
  const op = tf.customGrad((input, save) => {
    const at = input as tf.Tensor;
    (save as tf.GradSaveFunc)([at]);
    return {
      value: heaviside(at),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(dy, slope(saved[0])),
    };
  });
  return op(x) as T;
}

/**
 * Derivative of arctan(π α x / 2) / π: Θ'(x) := (α / 2) / (1 + (π α x / 2)²).
 * @example
 * const neurons = new neuron.LIFNode({ surrogateFunction: new surrogate.ATan(2) });
 */
export class ATan implements SurrogateFunction {
  readonly name = 'atan';
  /** @throws RangeError unless alpha is a finite number above 0 */
  constructor(readonly alpha: number = SURROGATES.atan.alpha) {
    checkNumber('alpha', alpha, 0);
  }
  apply<T extends tf.Tensor>(x: T): T {
    return spike(x, (at) => tf.div(this.alpha / 2, tf.add(1, tf.square(tf.mul((Math.PI / 2) * this.alpha, at)))));
  }
}

/** Derivative of σ(α x): Θ'(x) := α σ(α x) (1 − σ(α x)). */
export class Sigmoid implements SurrogateFunction {
  readonly name = 'sigmoid';
  /** @throws RangeError unless alpha is a finite number above 0 */
  constructor(readonly alpha: number = SURROGATES.sigmoid.alpha) {
    checkNumber('alpha', alpha, 0);
  }
  apply<T extends tf.Tensor>(x: T): T {
    return spike(x, (at) => {
      const s = tf.sigmoid(tf.mul(this.alpha, at));
      return tf.mul(this.alpha, tf.mul(s, tf.sub(1, s)));
    });
  }
}

/**
 * Derivative of the ramp α x + ½, cut off at 0 and 1: Θ'(x) := α where |x| < 1 / (2 α), else 0. Through a
 * spike, or a silence, further than that from the threshold no gradient passes.
 */
export class Rect implements SurrogateFunction {
  readonly name = 'rect';
  /** @throws RangeError unless alpha is a finite number above 0 */
  constructor(readonly alpha: number = SURROGATES.rect.alpha) {
    checkNumber('alpha', alpha, 0);
  }
  apply<T extends tf.Tensor>(x: T): T {
    return spike(x, (at) => tf.mul(this.alpha, tf.cast(tf.less(tf.abs(at), 0.5 / this.alpha), 'float32')));
  }
}

/**
 * No surrogate: the step's true gradient, 0 wherever it exists. Nothing can be learned through it; chapter 2 shows
 * that.
 */
export class Step implements SurrogateFunction {
  readonly name = 'step';
  readonly alpha = 0;
  apply<T extends tf.Tensor>(x: T): T {
    return spike(x, (at) => tf.zerosLike(at));
  }
}

/** The class of each surrogate. */
const CLASSES: Record<SurrogateFunction['name'], new (alpha?: number) => SurrogateFunction> = {
  atan: ATan,
  sigmoid: Sigmoid,
  rect: Rect,
  step: Step,
};

/**
 * The surrogate of that name; alpha as given, else SpikingJelly's default.
 * @throws RangeError if the name is unknown
 */
export function makeSurrogate({ name, alpha }: { name: SurrogateFunction['name']; alpha?: number }): SurrogateFunction {
  checkChoice('surrogateFunction', name, [...SURROGATE_NAMES, 'step']);
  return new CLASSES[name](alpha);
}

/** The slope that backpropagation sees of a spike where h − threshold is each of these values. */
export function slopes(surrogateFunction: SurrogateFunction, x: ArrayLike<number>): Float32Array {
  checkSurrogate(surrogateFunction);
  checkNumbers('x', x, '[values]');
  const gradient = tf.grad((at: tf.Tensor) => surrogateFunction.apply(at));
  return tf.tidy(() => gradient(tf.tensor1d(Float32Array.from(x))).dataSync()) as Float32Array;
}
