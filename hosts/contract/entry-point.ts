/**
 * What `import 'lif-fc-mnist'` gives a chapter on every host, name by name; each host's `index.ts` adds what only it
 * can do. Modules are named as SpikingJelly's. `export import` gives a name another home, with its types and comments.
 */
import * as figures from '../../packages/figures';
import * as files from '../../packages/formats/exchange';
import * as exactAnn from '../../packages/networks/ann-engine';
import * as exact from '../../packages/networks/exact';
import * as plain from '../../packages/networks/plain-engine';
import * as nets from '../../packages/networks/tfjs/networks';
import * as loops from '../../packages/networks/training';
import * as tests from '../../packages/runs/map/statistics';
import * as images from '../../src/common/mnist';
import * as chance from '../../src/common/random';
import * as encoders from '../../src/snn/encoding';
import * as functions from '../../src/snn/functional';
import * as surrogates from '../../src/snn/surrogate';

/** From pixels to spikes. */
export namespace encoding {
  export import PoissonEncoder = encoders.PoissonEncoder;
  export import spikeTrain = encoders.spikeTrain;
}

/** Networks that leave for other programs, and come back. */
export namespace exchange {
  export import fromAnn = files.fromAnn;
  export import fromFile = files.fromFile;
  export import fromNir = files.fromNir;
  export import toIntegers = files.toIntegers;
  export import toNir = files.toNir;
  export import toSafetensors = files.toSafetensors;
}

/** What is done with a whole network of spiking neurons. */
export namespace functional {
  export import multiStepForward = functions.multiStepForward;
  export import resetNet = functions.resetNet;
}

/** Where `Math` gives other last bits in another browser: the same bits on every machine. */
export namespace math {
  export import acos = exact.acos;
  export import cos = exact.cos;
  export import exp = exact.exp;
  export import log = exact.log;
  export import log2 = exact.log2;
  export import pow = exact.pow;
  export import sin = exact.sin;
}

/** MNIST's images. */
export namespace mnist {
  export import pixels = images.pixels;
}

/** The tutorial's networks, and their weights. */
export namespace networks {
  export import ann = nets.ann;
  export import findLIFNode = nets.findLIFNode;
  export import foldNorm = nets.foldNorm;
  export import forward = nets.forward;
  export import getWeights = nets.getWeights;
  export import resetParameters = nets.resetParameters;
  export import setWeights = nets.setWeights;
  export import snn = nets.snn;
  export import splitWeights = nets.splitWeights;
}

/** Random numbers that are the same on every machine. */
export namespace random {
  export import initialWeights = chance.initialWeights;
  export import seededRandom = chance.seededRandom;
  export import shuffled = chance.shuffled;
}

/** Means with intervals, and what is more than chance. */
export namespace statistics {
  export import beyondChance = tests.beyondChance;
  export import estimate = tests.estimate;
  export import pairedDifference = tests.pairedDifference;
}

/** The slope that a spike is given for training. */
export namespace surrogate {
  export import ATan = surrogates.ATan;
  export import Rect = surrogates.Rect;
  export import Sigmoid = surrogates.Sigmoid;
  export import slopes = surrogates.slopes;
  export import Step = surrogates.Step;
}

/** Losses, batches, the loop, its history, and the ANN of chapter 1. */
export namespace training {
  export import accuracy = loops.accuracy;
  export import adam = loops.adam;
  export import ann = loops.ann;
  export import AnnEngine = exactAnn.AnnEngine;
  export import countCorrect = loops.countCorrect;
  export import crossEntropy = loops.crossEntropy;
  export import freshState = loops.freshState;
  export import hiddenRates = loops.hiddenRates;
  export import makeBatch = loops.makeBatch;
  export import meanSquaredError = loops.meanSquaredError;
  export import newHistory = loops.newHistory;
  export import PlainEngine = plain.PlainEngine;
  export import predictions = loops.predictions;
  export import softmaxCrossEntropy = loops.softmaxCrossEntropy;
  export import train = loops.train;
  export type TrainingHistory = loops.TrainingHistory;
}

/** Figures: from numbers to a Plotly specification, and a sentence that says what there is to see. */
export namespace visualizing {
  export import bars = figures.bars;
  export import compareWeights = figures.compareWeights;
  export import confusionMatrix = figures.confusionMatrix;
  export import decisionMap = figures.decisionMap;
  export import differences = figures.differences;
  export import digits = figures.digits;
  export import hiddenWeights = figures.hiddenWeights;
  export import intervals = figures.intervals;
  export import lines = figures.lines;
  export import lossAndAccuracy = figures.lossAndAccuracy;
  export import neuronRace = figures.neuronRace;
  export import neuronTrace = figures.neuronTrace;
  export import perEpoch = figures.perEpoch;
  export import plot1dSpikes = figures.plot1dSpikes;
  export import plot2dHeatmap = figures.plot2dHeatmap;
  export import weightImages = figures.weightImages;
  export type Figure = figures.Figure;
}

export type { EventEngine } from '../../packages/event-engine/engine';
/** Data besides MNIST: spike trains, in which time matters. */
export * as datasets from '../../packages/formats/datasets';
export type {
  Engine,
  EngineOptions,
  EngineState,
  ImagePresentation,
  LayerOptions,
  NeuronOptions,
  Presentation,
  Split,
  Trace,
} from '../../packages/networks/options/engine';
export type { SpikeTrain, SpikeTrainSplit, SpikeTrains } from '../../packages/networks/spike-trains';
/** All of its module, so that help shows the class itself: `LIFNode`, `simulate`. */
export * as neuron from '../../packages/networks/tfjs/neurons';
export type { Choice, Difference, Estimate, MapTable, Measure, Row } from '../../packages/runs/map';
export { formatRow } from '../../packages/runs/print';
export type { Run, SavedRun } from '../../packages/runs/run-files';
