'use strict';
// A short run of the package, in a process of its own: the backend, the images, one epoch, a figure. Prints a line of JSON for
// each, {name, value} or {name, error}; what cannot be tried any more is left out.
const { renderPng, createEngine, initBackend, loadMnist, training, visualizing } = require('../..');

const answer = (name, more) => process.stdout.write(`${JSON.stringify({ name, ...more })}\n`);

async function attempt(name, work) {
  try {
    const { value, result } = await work();
    answer(name, { value });
    return result;
  } catch (error) {
    answer(name, { error: error.message.split('\n')[0] });
    return undefined;
  }
}

async function main() {
  await attempt('backend', async () => ({ value: await initBackend() }));
  const data = await attempt('data', async () => {
    const result = await loadMnist();
    return { value: [result.train.count, result.test.count], result };
  });
  if (data) {
    await attempt('epoch', async () => {
      const engine = await createEngine('event', { data, T: 100 });
      try {
        // The first batches wait for the threads.
        await training.train({ engine, epochs: 1, trainImages: 1280, testImages: 0 });
        const begin = performance.now();
        const history = await training.train({ engine, epochs: 1, testImages: 0 });
        const seconds = (performance.now() - begin) / 1000;
        const accuracy = history.trainAccs.slice(-100).reduce((sum, value) => sum + value, 0) / 100;
        return { value: { seconds, accuracy } };
      } finally {
        await engine.close();
      }
    });
  }
  await attempt('figure', async () => {
    const png = await renderPng(visualizing.lines([{ name: 'v', y: [0, 1, 0.5] }]), 1);
    return { value: [...png.subarray(1, 4)].map((code) => String.fromCharCode(code)).join('') };
  });
}

main();
