// Runs commands of the command line one after the other in this process: a JSON list of { args, cwd } on standard
// input, on standard output what each has written and its exit status.
import { readFileSync } from 'node:fs';
import { main } from '../../hosts/node/cli/main';

interface Command {
  args: string[];
  cwd: string;
}

const streams = ['stdout', 'stderr'] as const;
// Each command listens to both.
for (const stream of streams) process[stream].setMaxListeners(0);

async function run({ args, cwd }: Command) {
  process.chdir(cwd);
  process.exitCode = 0;
  const written = { stdout: '', stderr: '' };
  const write = streams.map((stream) => process[stream].write);
  for (const stream of streams) {
    process[stream].write = (text: string | Uint8Array) => {
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

async function runAll(commands: Command[]) {
  const results: Awaited<ReturnType<typeof run>>[] = [];
  for (const command of commands) results.push(await run(command));
  process.exitCode = 0;
  console.log(JSON.stringify(results));
}

runAll(JSON.parse(readFileSync(0, 'utf8')));
