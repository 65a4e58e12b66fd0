/**
 * The kernel's wheel in an environment of Python of its own, with the project's release of JupyterLite or with others.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pythonIn } from '../../packages/system/project.mjs';
import { PYTHON } from './python';

const source = resolve(__dirname, '..', '..', 'packages', 'typescript-kernel');

/** The project's own release, as in its `.venv`. */
export const OWN = 'own';

/** The newest that pip finds for the wheel. */
const NEWEST = 'newest';

/** Other releases with which each of the wheel's tests is run: first and last of each series that it allows. */
const RELEASES = ['0.7.0', '0.7.6', '0.8.0', NEWEST];

/** The last that is too old. */
export const TOO_OLD = '0.6.4';

/**
 * `JUPYTERLITE=all`, or a list such as `JUPYTERLITE=0.7.6,0.8.0`; by default the project's own alone, without a
 * download.
 */
export function chosenReleases(): string[] {
  const { JUPYTERLITE = OWN } = process.env;
  return JUPYTERLITE === 'all' ? [...RELEASES, TOO_OLD] : JUPYTERLITE.split(',');
}

/** Runs a program in a folder; returns what it printed. */
export function run(cwd: string, command: string, args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  assert.equal(status, 0, `${args.join(' ')}: ${error?.message ?? ''}${stdout.slice(-1000)}${stderr.slice(-2000)}`);
  return stdout;
}

export interface Packages {
  wheel: string;
  sdist: string;
}

export async function buildInto(folder: string): Promise<Packages> {
  const { buildPackages } = await import(pathToFileURL(join(source, 'publish', 'kernel.mjs')).href);
  await buildPackages(folder, { python: PYTHON });
  const find = (ending: string) => join(folder, readdirSync(folder).find((name) => name.endsWith(ending)) as string);
  return { wheel: find('.whl'), sdist: find('.tar.gz') };
}

/** Environment of Python in an empty folder. */
export class Environment {
  readonly folder: string;
  readonly python: string;

  constructor(
    private readonly above: string,
    readonly release: string,
  ) {
    this.folder = join(above, 'venv');
    this.python = pythonIn(this.folder);
    run(above, PYTHON, ['-m', 'venv', '--without-pip', this.folder]);
    // What builds an sdist, and the project's own JupyterLite, are read from where they are installed: nothing is
    // downloaded.
    const [installed, own] = [PYTHON, this.python].map((executable) =>
      run(above, executable, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))']).trim(),
    ) as [string, string];
    if (release === OWN) writeFileSync(join(own, 'installed.pth'), `${installed}\n`);
  }

  pip(command: string, ...args: string[]): void {
    run(this.above, PYTHON, ['-m', 'pip', '--python', this.python, command, '--quiet', ...args]);
  }

  /** As a stranger does it: another release is downloaded, with the kernels that people have beside. */
  install(file: string): void {
    const { release } = this;
    const lite = [release === NEWEST ? 'jupyterlite-core' : `jupyterlite-core==${release}`, 'jupyter-server'];
    if (release === OWN) this.pip('install', '--no-index', '--no-deps', '--no-build-isolation', file);
    else if (release === TOO_OLD) {
      this.pip('install', ...lite);
      this.pip('install', '--no-deps', file); // pip itself refuses it
    } else this.pip('install', ...lite, 'jupyterlite-javascript-kernel', 'jupyterlite-pyodide-kernel', file);
  }

  /** Names of the kernels that a site then has. */
  kernels(): string[] {
    return this.release === OWN ? ['typescript'] : ['javascript', 'python', 'typescript'];
  }

  build(lite: string, site: string): void {
    run(this.above, this.python, ['-m', 'jupyterlite_core', 'build', '--lite-dir', lite, '--output-dir', site]);
  }
}
