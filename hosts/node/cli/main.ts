/** The original's command line, `lif_fc_mnist`. */
import { watchParent } from '../../../packages/system/parent';
import { asOneLine } from '../../../src/common/checks';
import { DatasetError } from '../../../src/common/mnist';
import { keptByNpm, parseArguments } from './arguments';
import { describeFailure, UsageError } from './failures';
import { runCommand } from './run';
import { ignoreOutput, Stop } from './stop';

/**
 * Entry point. Errors are one line on stderr; the exit status is 2 for a bad argument, 1 for a failure.
 * @param watchCaller calls its argument when the parent process is gone, for example after npm was killed
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
    // Ends the program as the signal would by default: Node would abort when it tries to reset the closed terminal.
    if (stop.isTerminalGone) process.kill(process.pid, 'SIGHUP');
  } catch (error) {
    const isExpected = error instanceof UsageError || error instanceof DatasetError;
    const withStack = !isExpected && process.env.DEBUG !== undefined && error instanceof Error;
    // A file name may contain any characters.
    const line = asOneLine(isExpected ? error.message : describeFailure(error));
    console.error(`lif_fc_mnist: ${withStack ? error.stack : line}`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
