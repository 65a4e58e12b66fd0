/** What the page and its two workers say to each other. */
import type { Failure } from '../../core/errors';
import type { TypeProblem } from '../../core/hints';
import type { Bundle } from '../../core/modules';
import type { Completeness } from './types/describe';

export type { Bundle, Failure, TypeProblem };

/** A cell in JavaScript, by TypeScript's own emit. */
export interface Emitted {
  code: string;
  /** For each of its lines, from 0, the line of the cell that it comes from, from 1. */
  lines: number[];
  /** Whether the last line of the cell has a value, which is printed. */
  hasValue: boolean;
}

/** What the site's jupyter-lite.json says; URLs are absolute. The README says what each setting is for. */
export interface Settings {
  name: string;
  displayName: string;
  modules: Record<string, string>;
  /** URL of the site's own declarations, or else of the extension's; undefined if it has none. */
  declarations?: string | undefined;
  items: number;
  strict: boolean;
  preload: boolean;
  /** Base URL of the site, below which its `files/` are. */
  siteUrl: string;
}

export type CompilerSettings = Pick<Settings, 'modules' | 'siteUrl' | 'strict'>;

/**
 * How a cell ended, as in an execute reply. `lost`: the names that a cell which failed or was interrupted on its way
 * did not reach, so the notebook does not have them; undefined if nothing of it ran, or all is lost.
 */
export type Outcome = { status: 'ok' } | ({ status: 'error'; lost?: string[] | undefined } & Failure);

/**
 * What the page asks a worker: what each question carries, and its answer. A worker that does not answer is ended with
 * its questions, so no answer is an error.
 */
type Questions = Record<string, { question: object; answer: unknown }>;

/** A question as sent; `id` names its answer. */
type Asked<All extends Questions> = {
  [Type in keyof All]: { type: Type; id: number } & All[Type]['question'];
}[keyof All];

interface Answered<All extends Questions> {
  type: 'reply';
  id: number;
  content: All[keyof All]['answer'];
}

/** Questions to the worker that runs cells. */
export type OfCells = {
  execute: { question: { code: string; count: number; emitted?: Emitted | undefined }; answer: Outcome };
  /** `Outcome` where an interrupt ended the worker. */
  'can-run': { question: { code: string }; answer: boolean | Outcome };
};

/** To the worker that runs cells. */
export type ToCells =
  /** `folder`: URL of that of the notebook, below `files/` of the site. */
  | { type: 'start'; settings: Settings; folder: string }
  | { type: 'interrupt' }
  /** What a person has written; undefined if no one can be asked. */
  | { type: 'input'; value: string | undefined }
  | Asked<OfCells>;

/** What a cell puts out. */
export type Output =
  | { type: 'stream'; name: 'stdout' | 'stderr'; text: string }
  | { type: 'display'; bundle: Bundle; displayId?: string | undefined; update: boolean }
  | { type: 'input'; prompt: string }
  /** It has broken the worker. */
  | { type: 'broken' };

/** From the worker that runs cells; `id` names the cell that it belongs to. */
export type FromCells = { type: 'ready' } | (Output & { id: number }) | Answered<OfCells>;

/**
 * What can stand at the cursor; `kind` in the words of Jupyter's Python kernel, whose first letter JupyterLab shows.
 */
export interface Match {
  text: string;
  kind: string;
}

export interface Completions {
  matches: Match[];
  /** Positions in UTF-16 units. */
  start: number;
  end: number;
}

/** Questions to the worker that knows the types. `kernel` names the notebook that they are about. */
export type OfTypes = {
  /** `text`: what is shown of type errors; `emitted` where the cells' worker cannot strip the types itself. */
  check: { question: { kernel: string; code: string }; answer: { text: string; emitted?: Emitted } };
  complete: { question: { kernel: string; code: string; position: number }; answer: Completions };
  inspect: { question: { kernel: string; code: string; position: number }; answer: string | null };
  'is-complete': { question: { kernel: string; code: string }; answer: Completeness };
};

/** The names that a cell did not reach, so the notebook does not have them; `all` where nothing of it ran. */
export type Lost = string[] | 'all';

/** To the worker that knows the types. */
export type ToTypes =
  | { type: 'start'; settings: Settings }
  | { type: 'starts'; kernel: string; code: string }
  | { type: 'ended'; kernel: string; lost: Lost }
  /** A kernel begins, without variables. */
  | { type: 'begin'; kernel: string }
  | { type: 'forget'; kernel: string }
  | Asked<OfTypes>;

/** From the worker that knows the types; a question that TypeScript trips over is answered with undefined. */
export type FromTypes =
  | { type: 'ready' }
  | { type: 'failed'; message: string }
  | { type: 'reply'; id: number; content: Answered<OfTypes>['content'] | undefined };
