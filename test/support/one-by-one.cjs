'use strict';
// Runs commands of the command line one after the other in this process: a JSON list of { args, cwd } on standard
// input, on standard output what each has written and its exit status.
const { readFileSync } = require('node:fs');
const { join, resolve } = require('node:path');

const { main } = require(join(resolve(__dirname, '..', '..'), 'dist', 'hosts', 'node', 'cli', 'main.js'));
const streams = ['stdout', 'stderr'];
// Each command listens to both.
for (const stream of streams) process[stream].setMaxListeners(0);

async function run({ args, cwd }) {
  process.chdir(cwd);
  process.exitCode = 0;
  const written = { stdout: '', stderr: '' };
  const write = streams.map((stream) => process[stream].write);
  for (const stream of streams) {
    process[stream].write = (text) => {
      written[stream] += text;
      return true;
    };
  }
  await main(args, () => {});
  streams.forEach((stream, i) => {
    process[stream].write = write[i];
  });
  return { status: process.exitCode, ...written, cwd };
}

(async () => {
  const results = [];
  for (const command of JSON.parse(readFileSync(0, 'utf8'))) results.push(await run(command));
  process.exitCode = 0;
  console.log(JSON.stringify(results));
})();
