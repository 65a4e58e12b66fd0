// What the page of the map asks.

/**
 * What each grid asks, in the order of the page, and which of its runs are shown if not all; a grid that is not here is in
 * the table alone.
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
    text: 'Randman, the task of [chapter 8](08-when-timing-matters.ipynb): each of 20 units fires once, and only the times tell the ten classes apart. All runs share one set of random curves (the chapter tries three others), and have 100 hidden neurons and undecayed input, as there. The figures have the learning rate 0.05: with τ = 20, each loss reads more samples held back from the training with it than with 0.02, with and without the reset in the gradient (the chapter has the numbers); the table has both.',
    where: { learningRate: 0.05 },
  },
  inputs: {
    title: 'Spikes or the pixel itself?',
    text: '*Poisson* turns a pixel into random spikes; *direct* gives the pixel itself to the neuron in each step. On a tie the lower digit is the answer, and that alone costs direct input about a point ([chapter 6](06-what-time-does.ipynb)).',
  },
  reset: {
    title: 'What if the neurons are not reset?',
    text: 'In training each image then begins with the potentials that the image before it left in its place of the batch. Tests start at rest.',
  },
};
