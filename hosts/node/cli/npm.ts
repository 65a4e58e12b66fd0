/** What is different when npm started the command: `npm run train`. */
import { realpathSync } from 'node:fs';
import { splitFlags } from '../../../packages/runs/settings';
import { projectPath } from '../../../packages/system/files.cjs';
import { OPTIONS } from './options';

type Environment = Readonly<Record<string, string | undefined>>;

/** npm's scripts begin in the project's folder; npm hands down the folder in which the command was typed. */
const startedByNpm = (env: Environment) => env.npm_lifecycle_event === 'train';

/** The folder in which the command was typed: relative paths are meant from there. */
export function typedIn(env: Environment = process.env, cwd = process.cwd()): string {
  // A program that npm started may have started us elsewhere.
  const inProject = startedByNpm(env) && realpathSync(cwd) === realpathSync(projectPath());
  return (inProject && env.INIT_CWD) || cwd;
}

/**
 * `npm run train -N 2` lacks the `--`: npm keeps the option for itself and hands down the 2.
 * @returns a line that says what to write, or undefined if npm kept nothing of ours
 */
export function keptByNpm(argv: readonly string[], env: Environment = process.env): string | undefined {
  if (!startedByNpm(env)) return undefined;
  const kept = OPTIONS.flatMap(({ flags, read }) =>
    splitFlags(flags).flatMap((flag) => {
      const negated = flag.startsWith('--no-');
      const key = `npm_config_${flag
        .replace(/^--no-|^-+/, '')
        .replaceAll('-', '_')
        .toLowerCase()}`;
      // npm hands down `-N2` as an option named n2.
      const joined = new RegExp(`^${key}(\\d+)$`);
      const digits = flag.startsWith('--')
        ? undefined
        : Object.keys(env).flatMap((name) => joined.exec(name)?.[1] ?? []);
      if (digits?.length) return { flag, value: digits[0] };
      // Of `--no-reset` npm makes an option `reset` that is empty.
      if (negated) return env[key] === '' ? { flag, value: '' } : [];
      if (env[key] === undefined || env[key] === '') return [];
      return { flag, value: !read ? '' : env[key] === 'true' ? undefined : env[key] };
    }),
  );
  // When npm takes an option for its own, only the value is left.
  if (kept.length === 0) {
    const [stray] = argv;
    if (stray === undefined || stray.startsWith('-')) return undefined;
    return `${stray}: expected an option before it; with npm, write \`npm run train -- --OPTION ${stray}\``;
  }
  // Which of several values belonged to which option, npm does not tell.
  const open = kept.filter(({ value }) => value === undefined);
  const missing = open.length === 1 && argv.length === 1 ? argv[0] : '…';
  const words = kept.map(({ flag, value = missing }) => (value === '' ? flag : `${flag} ${value}`));
  return `npm kept ${kept.map(({ flag }) => flag).join(', ')} for itself; write \`npm run train -- ${words.join(' ')}\``;
}
