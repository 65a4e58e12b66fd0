// The browser edition (`npm run lite`): builds the site in build/lite/.
//   --serve [--port N]   serves it and the book on this computer, until Ctrl-C, without building again
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runInForeground } from '../../../packages/system/foreground';
import { codeOf } from '../../../packages/system/processes';
import { command, runProgram, whole } from '../../../packages/system/program';
import { program, remove, root, UserError } from '../../../packages/system/project';
import { run } from '../../../packages/system/run';
import { npmCommand } from '../../../tools/machine.mjs';
import { ISOLATION, serve } from '../../shared/serve';

/**
 * The default port. Browsers keep saved work per address and port, so it is always the same: 784 pixels, 10 digits.
 */
const PORT = 7840;

const build = join(root, 'build');
const EDITION = { folder: 'lite', command: 'npm run lite' };
const BOOK = { folder: 'book', command: 'npm run book' };

const pageOf = (folder: string) => join(build, folder, 'index.html');
const isBuilt = (folder: string) => existsSync(pageOf(folder));

/** Pages do not need this machine's TensorFlow: do not fetch and compile its backend. */
const env = { ...process.env, LIF_FC_MNIST_BACKEND: process.env.LIF_FC_MNIST_BACKEND || 'wasm' };

/** Prints when a folder was built: sources may have changed since. */
function printBuildTime({ folder, command }: typeof EDITION) {
  const time = statSync(pageOf(folder)).mtime.toLocaleString('sv');
  console.log(`lite: build/${folder} was built ${time}; \`${command}\` builds it again, also while it is served`);
}

/** Builds the book, to which pages link, if a fresh clone does not have it. */
async function buildBook() {
  console.log('lite: no book in build/book yet: building it');
  const onLine = (line: string) => void (/^ |^book: no /.test(line) && console.log(line));
  const [npm, first] = npmCommand();
  const { code, lines } = await run(npm, [...first, 'run', '--silent', 'book'], { cwd: root, env, onLine });
  if (code !== 0) console.error(`lite: the book was not built, so links into it lead nowhere: ${lines.at(-1)}`);
}

/**
 * Serves the built folders until Ctrl-C.
 * @param port by default PORT, or a free one if that is taken
 */
async function serveBuilt(port?: number) {
  const listen = (at: number) => serve(build, at, '', { only: ['lite', 'book'], headers: ISOLATION });
  const server = await listen(port ?? PORT).catch((error) => {
    const code = codeOf(error);
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    if (port !== undefined)
      throw new UserError(`--port: expected a free port, found ${port} taken (${code}); give another`);
    return listen(0);
  });
  console.log(`lite: serving build/lite/ and build/book/ at http://127.0.0.1:${server.port}/lite/ until Ctrl-C`);
  if (port === undefined && server.port !== PORT) {
    const usual = `http://127.0.0.1:${PORT}/`;
    console.log(
      `lite: port ${PORT} is taken; work that was saved at ${usual} stays there, and is not seen at this address`,
    );
  }
  for (const one of [EDITION, BOOK]) if (isBuilt(one.folder)) printBuildTime(one);
}

async function main(args: string[]) {
  const options = command('npm run lite --', 'lite')
    .description('Builds the browser edition in build/lite/.')
    .option('--serve', 'serve it and the book, on this computer only, until Ctrl-C; builds only what is missing')
    .option('--port <number>', `for --serve: where to listen, instead of ${PORT}; 0 for a free port`, whole(0, 65535));
  const { serve, port } = options.parse(args, { from: 'user' }).opts<{ serve?: true; port?: number }>();
  if (!serve && port !== undefined) options.error('--port: expected --serve beside it');

  // A built site is served without set-up, which can take a minute after a change. tools/start.mjs has only installed
  // Node's packages.
  const isThere = serve && isBuilt(EDITION.folder);
  if (!isThere) {
    const status = await runInForeground(...program('tools/setup/setup.ts', ['--quiet']), { env });
    if (status !== 0) process.exit(status);
  }

  let tidy = () => {};
  await runProgram(
    'lite',
    async () => {
      if (!isThere) {
        // Only here, since the builder takes long to load.
        const { buildSite, work } = require('./site') as typeof import('./site');
        tidy = () => remove(work);
        await buildSite();
      }
      if (!serve) return;
      if (!isBuilt(BOOK.folder)) await buildBook();
      await serveBuilt(port);
    },
    { tidy: () => tidy() },
  );
}

if (require.main === module) main(process.argv.slice(2));
