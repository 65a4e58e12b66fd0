// `npm run doctor`: is this machine ready for a workshop? Prints one line per check (ok, or the cause and what to do) and
// a last line to paste. Before set-up it checks what set-up needs, afterwards also what was set up. The checks of the
// machine are in tools/machine.mjs, which tools/start.mjs runs alone if there are no packages or Node is too old.
import { command } from '../../../packages/system/program';
import { checkMachine, lineOf, summary, type Verdict } from '../../../tools/machine.mjs';
import { edition, setUp, trial } from './trial';

const cli = command('npm run doctor --', 'doctor').description(
  `Is this machine ready for a workshop? Prints one line per check:
  ok     all is well
  note   it works, but something could be better, or set-up will do it
  FAULT  what is wrong, and what to do
and at the end one line to paste, which begins with "ready", "ready for set-up" or "not ready".
Exit status 0 if it is ready, 1 if there is a fault or set-up is still to do.`,
);

/**
 * Checks the machine and, unless that has a fault, what was set up.
 * @returns the exit status
 */
async function main() {
  cli.parse();
  const checks = checkMachine();
  const facts: string[] = [];
  const note = (name: string, verdict: Verdict) => {
    checks.push({ name, ...verdict });
    console.log(lineOf(name, verdict));
  };
  const before = setUp();
  note('set-up', before);
  const isSetUp = before.status === 'ok';
  // The trial writes into the project's folder.
  if (isSetUp && !checks.some(({ name, status }) => name === 'disk' && status === 'fault')) {
    const { verdict, found } = await trial();
    note('trial', verdict);
    if (found) facts.push(found.backend, `${found.secondsPerEpoch.toFixed(1)} s per epoch`);
  }
  facts.push(`edition ${edition()}`);
  console.log(`\n${summary(isSetUp ? 'ready' : 'ready for set-up', checks, facts)}`);
  return isSetUp && checks.every(({ status }) => status !== 'fault') ? 0 : 1;
}

if (require.main === module) {
  main().then((status) => {
    process.exitCode = status;
  });
}
