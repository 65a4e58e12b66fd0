// What the page of the map asks.

/**
 * What each grid asks, in the order of the page, and which of its runs are shown if not all; a grid that is not here is
 * in the table alone.
 * @type {Record<string, { title: string, text: string, where?: Partial<import('../../../../packages/runs/map/index.js').Settings> }>}
 */
export const QUESTIONS = {
  'hundred-epochs': {
    title: 'Which loss, and is an ordinary layer better?',
    text: 'A hundred epochs, as in the original, which trains on the mean squared error of the firing rates. Cross-entropy takes a softmax over the rates, or over the spike counts. The ANN is the same layer without neurons, with a softmax.',
  },
  'tau-and-T': {
    title: 'How long a memory, how many steps?',
    text: 'τ is how slowly a potential leaks, T how many steps an image is shown. Where the input decays, it is divided by τ, so a slow neuron also gets less.',
  },
  surrogates: {
    title: 'Does the surrogate matter?',
    text: 'The slope that stands in for that of a spike: its shape, its steepness α, and whether the gradient passes the reset.',
  },
  widths: {
    title: 'How many hidden neurons?',
    text: 'A layer of spiking neurons between the pixels and the ten outputs, all neurons alike. Both learning rates are there because a width may suit one of them better, and each has its figure of what more neurons add: the test images may not choose a rate. (Of 96 neurons, images held back choose 0.002 of the two: [chapter 7](07-a-hidden-layer.ipynb).)',
  },
  randman: {
    title: 'What if the moment of a spike is the message?',
    text: 'Randman, the task of [chapter 8](08-when-timing-matters.ipynb): each of 20 units fires once, and only the times tell the ten classes apart. All runs share one set of random curves (the chapter tries three others), and have 100 hidden neurons and undecayed input, as there. The figures have the learning rate 0.05: with τ = 20, each loss reads more samples held back from the training with it than with 0.02, and so does the loss of the counts with the reset in the gradient (the chapter has the numbers); the table has both.',
    where: { learningRate: 0.05 },
  },
  readouts: {
    title: 'Spikes or potentials as the answer?',
    text: 'Randman again, with 100 hidden neurons, τ = 20 and no reset in the gradient. Either the outputs fire and their spikes are counted, or they never fire and their potentials are read, as in [chapter 9](09-read-the-potential.ipynb). The loss is the cross-entropy of what is read, for spikes of their rates or of their counts. Both learning rates are shown, since the test samples may not choose one, and each has its figure of differences. (Spikes read more with 0.05, which is not among these runs but among those above.)',
  },
  'readouts-of-images': {
    title: 'And where time says nothing?',
    text: 'The same readouts of the single layer on MNIST, with T = 20. The loss of the tutorial, the mean squared error of the rates, is there as well. All learn from 50,000 training images.',
  },
  'learnt-tau': {
    title: 'Can a network learn its memory?',
    text: 'Randman, with 100 hidden neurons, no reset in the gradient, the loss of the counts and a learning rate of 0.02. τ begins at 2, too short a memory there, or at 20. It stays, or is learnt like a weight, one for each layer or one for each neuron ([chapter 10](10-a-memory.ipynb)).',
  },
  rows: {
    title: 'Where what came before matters: recurrence, or a slower neuron?',
    text: 'MNIST one row at a time, as in [chapter 10](10-a-memory.ipynb): 28 inputs, 28 steps, and a bright pixel is a spike of its column. 100 hidden neurons hear one another’s last spikes or do not; the outputs’ mean potential is read. All neurons have the same τ and undecayed input, and there is no reset in the gradient. They learn from 50,000 training images for two epochs. Both learning rates are shown, each with its figure of differences. By the images that were held back 0.01 is better of these two for each of the recurrent networks, and 0.02 for the others with τ = 2 and 5 (the column `held_back` of the table); the chapter takes the best of more rates.',
  },
  'few-steps': {
    title: 'How far do few steps get?',
    text: 'Trained with spikes: 96 hidden neurons with hardly any leak, which get the pixels themselves, and outputs whose last potential is read, much as in a network [converted from an ANN](16-from-an-ann.ipynb). Each T has the learning rate that reads most of the images held back in the grid `rates`.',
  },
  inputs: {
    title: 'Spikes or the pixel itself?',
    text: '*Poisson* turns a pixel into random spikes; *direct* gives the pixel itself to the neuron in each step. On a tie the lower digit is the answer, and that alone costs direct input about a point ([chapter 9](09-read-the-potential.ipynb)).',
  },
  reset: {
    title: 'What if the neurons are not reset?',
    text: 'In training each image then begins with the potentials that the image before it left in its place of the batch. Tests start at rest.',
  },
};
