/** The original's command line, `lif_fc_mnist`. */
import { watchParent } from '../../../packages/system/parent';
import { asOneLine } from '../../../src/common/checks';
import { DatasetError } from '../../../src/common/mnist';
import { keptByNpm, parseArguments } from './arguments';
import { describeFailure, UsageError } from './failures';
import { runCommand } from './run';
import { ignoreOutput, Stop } from './stop';

/**
 * Entry point: one line on stderr if something is wrong; exit status 2 for a bad argument, 1 for a failure.
 * @param watchCaller calls its argument when the program that started this one is gone, for example an npm that was
 *   killed
 */
export async function main(argv: string[], watchCaller: (onGone: () => void) => unknown = watchParent): Promise<void> {
  const stop = new Stop();
  ignoreOutput();
  watchCaller(() => process.kill(process.pid, 'SIGTERM'));
  try {
    const hint = keptByNpm(argv);
    if (hint) throw new UsageError(hint);
    const args = parseArguments(argv);
    process.exitCode = args ? await runCommand(args, stop) : 0;
    // A closed terminal ends the program as this signal does by default: node would abort while it resets the terminal.
    if (stop.isTerminalGone) process.kill(process.pid, 'SIGHUP');
  } catch (error) {
    const isExpected = error instanceof UsageError || error instanceof DatasetError;
    const withStack = !isExpected && process.env.DEBUG !== undefined && error instanceof Error;
    // The name of a file may hold anything.
    const line = asOneLine(isExpected ? error.message : describeFailure(error));
    console.error(`lif_fc_mnist: ${withStack ? error.stack : line}`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
