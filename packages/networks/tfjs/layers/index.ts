/** The list of what layers can have, from the neurons outwards, in which order it is put around them. */
import { CONVOLUTION, MEAN } from './convolution';
import { DELAYED } from './delay';
import { DENSE } from './dense';
import type { LayerKind } from './kind';
import { NORMED } from './norm';
import { RECURRENT } from './recurrent';
import { LASTING } from './synapse';

export const KINDS: readonly LayerKind[] = [LASTING, MEAN, NORMED, RECURRENT, DELAYED, DENSE, CONVOLUTION];
