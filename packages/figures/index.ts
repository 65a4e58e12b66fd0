/**
 * The tutorial's figures, each a pure function from numbers to a Plotly specification; named as SpikingJelly's
 * `visualizing` where it has the same figure.
 *
 * All of them take flat arrays. A value that is not a finite number is a gap in the figure (or counts in no bin), and
 * its sentence counts the gaps; an array of the wrong size or kind is refused in one line.
 */
export { bars } from './bars';
export { bands, lines } from './curves';
export { confusionMatrix, decisionMap, heatmap } from './heatmap';
export { compareWeights, digits, hiddenWeights, weightImages } from './images';
export { differences, intervals } from './intervals';
export { accuracyCurve, liveCurve, lossAndAccuracy, perEpoch } from './learning';
export { plot1dSpikes, plot2dHeatmap } from './neurons';
export { COLORS, type Figure, FONT_FAMILY } from './theme';
export { neuronRace, neuronTrace } from './trace';
