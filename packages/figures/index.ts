/**
 * The tutorial's figures, each a pure function from numbers to a Plotly specification; named as SpikingJelly's
 * `visualizing` where it has the same figure.
 *
 * All of them take flat arrays. A value that is not a finite number is a gap in the figure (or counts in no bin), and
 * its sentence counts the gaps; an array of the wrong size or kind is refused in one line.
 */
export { type Band, bands } from './bands';
export { type BarOptions, type Bars, bars } from './bars';
export { confusionMatrix } from './confusion';
export { type LineOptions, lines, type Series } from './curves';
export { type DecisionOptions, decisionMap } from './decisions';
export { type HeatmapOptions, heatmap } from './heatmap';
export {
  type CompareOptions,
  compareWeights,
  type DigitOptions,
  digits,
  type HiddenOptions,
  hiddenWeights,
  type WeightOptions,
  type Weights,
  weightImages,
} from './images';
export { type DifferenceOptions, differences, type IntervalOptions, type Intervals, intervals } from './intervals';
export {
  accuracyCurve,
  type LearningOptions,
  type LiveOptions,
  type LossOptions,
  liveCurve,
  lossAndAccuracy,
  perEpoch,
} from './learning';
export {
  type NeuronHeatmapOptions,
  type NeuronPlotOptions,
  plot1dSpikes,
  plot2dHeatmap,
  type SpikePlotOptions,
} from './neurons';
export { COLORS, type Figure, FONT_FAMILY, type Json } from './theme';
export {
  type NeuronRecord,
  type NeuronTraceOptions,
  neuronRace,
  neuronTrace,
  type RaceOptions,
  selectNeuron,
  type TraceOptions,
} from './trace';
