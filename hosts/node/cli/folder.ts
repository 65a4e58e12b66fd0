/** Inspects the output folder before a run; refuses to overwrite. */
import { existsSync, lstatSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readRun } from '../../../packages/runs/document';
import { type Checkpoint, readCheckpoint } from '../../../packages/runs/node';
import { checkpointPath, pathsIn, resultsIn } from '../../../packages/runs/node/run-folder';
import { MODEL_FOLDERS } from '../../../packages/runs/run-files';
import { isDangling } from '../../../packages/system/files';
import { UsageError } from './failures';
import { FIGURE_FILES, figureFilesIn } from './figures';
import type { Options } from './options';

/** Output folders of a run. */
export interface Places {
  /** For TensorBoard's logs. */
  logDir: string;
  /** For everything else. */
  outDir: string;
}

/** The files of an earlier run in the folder. */
export interface Earlier {
  /** Arrays and model. */
  results: string[];
  hasCheckpoint: boolean;
  /** Undefined if it cannot be read. */
  checkpoint?: Checkpoint;
}

/** Looks for an earlier run, ignoring the remains of one that was killed before its first checkpoint. */
export function findEarlier(outDir: string): Earlier | undefined {
  const results = resultsIn(outDir);
  const hasCheckpoint = existsSync(checkpointPath(outDir));
  if (results.length === 0 && !hasCheckpoint) return undefined;
  try {
    return { results, hasCheckpoint, checkpoint: readCheckpoint(checkpointPath(outDir)) };
  } catch {
    return { results, hasCheckpoint };
  }
}

/** `12 of 100 epochs are done` */
export function describeProgress({ history, run }: Checkpoint, epochs = readRun(run).train.epochs): string {
  const batches = history.batch > 0 ? ` and ${history.batch} batches` : '';
  return `${history.epoch} of ${epochs} epochs${batches} are done`;
}

/**
 * Refuses to overwrite an earlier run unless told to.
 * @throws UsageError in one line that says what to do
 */
export function refuseToOverwrite(outDir: string, options: Options): void {
  const earlier = findEarlier(outDir);
  if (!earlier) return;
  const { checkpoint, hasCheckpoint } = earlier;
  const what = checkpoint ? describeProgress(checkpoint) : hasCheckpoint ? 'a checkpoint' : 'arrays or a model';
  const resume = hasCheckpoint ? 'continue it with --resume, ' : '';
  const ways = `${resume}replace it with --overwrite, or choose another folder with ${another(options)}`;
  throw new UsageError(`${outDir}: expected no run there, found one (${what}); ${ways}`);
}

/**
 * Finds what the run could not replace before it begins, rather than when it has results to write.
 * @throws UsageError in one line that names the file
 */
export function refuseObstacles(outDir: string, options: Options): void {
  const { files, folders } = pathsIn(outDir);
  if (options.saveFigures) files.push(...FIGURE_FILES.map((name) => join(outDir, name)));
  for (const path of [...folders, ...files]) {
    const wanted = folders.includes(path) ? 'a folder' : 'a file';
    const there = existsSync(path) && (statSync(path).isDirectory() ? 'a folder' : 'a file');
    const found = isDangling(path) ? 'a link to nothing' : there;
    if (!found || found === wanted) continue;
    throw new UsageError(
      `${path}: expected ${wanted} or nothing, found ${found}; move it, or choose another folder with ${another(options)}`,
    );
  }
}

/**
 * Refuses to overwrite figures of another run.
 * @throws UsageError in one line that says what to do
 */
export function checkFigures(outDir: string, options: Options, checkpoint: Checkpoint | undefined): void {
  if (!options.saveFigures || checkpoint?.saveFigures) return;
  const [file] = figureFilesIn(outDir);
  if (file === undefined) return;
  const ways = checkpoint ? 'move it' : `replace it with --overwrite, choose another folder with ${another(options)}`;
  throw new UsageError(`${file}: expected no such file, found one; ${ways}, or leave out --save-figures`);
}

const another = ({ outDir }: Options) => (outDir === undefined ? '--log-dir' : '--out-dir (or --log-dir)');

/**
 * Removes an earlier run once the new one has results. The checkpoint stays until the new one replaces it.
 */
export function removeEarlier({ outDir, logDir }: Places, { results, checkpoint }: Earlier): void {
  const figures = checkpoint?.saveFigures ? figureFilesIn(outDir) : [];
  // Reading the checkpoint has made sure that this names an event file and no other.
  const events = checkpoint ? [join(logDir, checkpoint.events.file)] : [];
  for (const file of [...results, ...figures, ...events]) rmSync(file, { force: true });
  for (const name of Object.values(MODEL_FOLDERS)) {
    const folder = join(outDir, name);
    const isFolder = lstatSync(folder, { throwIfNoEntry: false })?.isDirectory();
    if (isFolder && readdirSync(folder).length === 0) rmdirSync(folder);
  }
}
