// The browser edition (`npm run lite`): builds the site in build/lite/.
//   --serve [--port N]   serves it and the book, on this computer only, until Ctrl-C. What is built is served as it is,
//                        at once
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
 * Where it is served by default. What a reader saves belongs to the address with its port, so the port stays the same:
 * the 784 pixels and 10 digits of every chapter.
 */
const PORT = 7840;

const build = join(root, 'build');
const EDITION = { folder: 'lite', command: 'npm run lite' };
const BOOK = { folder: 'book', command: 'npm run book' };

const pageOf = (folder: string) => join(build, folder, 'index.html');
const isBuilt = (folder: string) => existsSync(pageOf(folder));

/** Pages need no TensorFlow of this machine: fetching and compiling its backend is left to what does. */
const env = { ...process.env, LIF_FC_MNIST_BACKEND: process.env.LIF_FC_MNIST_BACKEND || 'wasm' };

/** Says of what age what is served is: a source may have changed since. */
function sayWhenBuilt({ folder, command }: typeof EDITION) {
  const time = statSync(pageOf(folder)).mtime.toLocaleString('sv');
  console.log(`lite: build/${folder} was built ${time}; \`${command}\` builds it again, also while it is served`);
}

/** The pages lead to the book, which a fresh clone does not have yet. */
async function buildBook() {
  console.log('lite: no book in build/book yet: building it');
  const onLine = (line: string) => void (/^ |^book: no /.test(line) && console.log(line));
  const [npm, first] = npmCommand();
  const { code, lines } = await run(npm, [...first, 'run', '--silent', 'book'], { cwd: root, env, onLine });
  if (code !== 0) console.error(`lite: the book was not built, so links into it lead nowhere: ${lines.at(-1)}`);
}

/**
 * Serves what is built until Ctrl-C.
 * @param port the usual one if none is given, or else a free one
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
  for (const one of [EDITION, BOOK]) if (isBuilt(one.folder)) sayWhenBuilt(one);
}

async function main(args: string[]) {
  const options = command('npm run lite --', 'lite')
    .description('Builds the browser edition in build/lite/.')
    .option('--serve', 'serve it and the book, on this computer only, until Ctrl-C; builds only what is missing')
    .option('--port <number>', `for --serve: where to listen, instead of ${PORT}; 0 for a free port`, whole(0, 65535));
  const { serve, port } = options.parse(args, { from: 'user' }).opts<{ serve?: true; port?: number }>();
  if (!serve && port !== undefined) options.error('--port: expected --serve beside it');

  // What is built is served without looking whether all is set up, which can take a minute after a change: of that,
  // tools/start.mjs has seen only to the packages of Node, some of which this needs.
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
        // Only here: what builds takes longer to load than to serve.
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
