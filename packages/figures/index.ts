/**
 * The tutorial's figures: pure functions from numbers to Plotly specifications. Figures that SpikingJelly's `visualizing`
 * has, too, have the same names.
 *
 * They take flat arrays. Values that are not finite are gaps, whose number the alternative text gives; an array of the
 * wrong size or type is refused with an error of one line.
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
