/** The messages between the page and its two workers. */
import type { Failure } from '../../core/errors';
import type { TypeProblem } from '../../core/hints';
import type { Bundle } from '../../core/modules';
import type { Completeness } from './types/describe';

export type { Bundle, Failure, TypeProblem };

/** A cell translated to JavaScript by TypeScript itself. */
export interface Emitted {
  code: string;
  /** For each line of `code`, the line of the cell that it comes from (counted from 1). */
  lines: number[];
  /** Whether the last line of the cell has a value, which is printed. */
  hasValue: boolean;
}

/** The settings in the site's jupyter-lite.json, which the README describes, with absolute URLs. */
export interface Settings {
  name: string;
  displayName: string;
  modules: Record<string, string>;
  /** URL of the site's declarations, or else of the extension's, if there are any. */
  declarations?: string | undefined;
  items: number;
  strict: boolean;
  preload: boolean;
  /** Base URL of the site, below which its `files/` are. */
  siteUrl: string;
}

export type CompilerSettings = Pick<Settings, 'modules' | 'siteUrl' | 'strict'>;

/**
 * How a cell ended, as in an execute reply. `lost`: the names whose declarations a failed or interrupted cell did not
 * reach; undefined if none of it ran.
 */
export type Outcome = { status: 'ok' } | ({ status: 'error'; lost?: string[] | undefined } & Failure);

/**
 * Requests from the page to a worker, and their replies. A worker that does not reply is terminated, so there are no error
 * replies.
 */
type Questions = Record<string, { question: object; answer: unknown }>;

/** A request as sent; the reply has the same `id`. */
type Asked<All extends Questions> = {
  [Type in keyof All]: { type: Type; id: number } & All[Type]['question'];
}[keyof All];

interface Answered<All extends Questions> {
  type: 'reply';
  id: number;
  content: All[keyof All]['answer'];
}

/** Requests to the worker that runs cells. */
export type OfCells = {
  execute: { question: { code: string; count: number; emitted?: Emitted | undefined }; answer: Outcome };
  /** `Outcome` if an interrupt terminated the worker. */
  'can-run': { question: { code: string }; answer: boolean | Outcome };
};

/** To the worker that runs cells. */
export type ToCells =
  /** `folder`: URL of the notebook's folder below the site's `files/`. */
  | { type: 'start'; settings: Settings; folder: string }
  | { type: 'interrupt' }
  /** The user's answer; undefined if the frontend takes no input. */
  | { type: 'input'; value: string | undefined }
  | Asked<OfCells>;

/** An output of a cell. */
export type Output =
  | { type: 'stream'; name: 'stdout' | 'stderr'; text: string }
  | { type: 'display'; bundle: Bundle; displayId?: string | undefined; update: boolean }
  | { type: 'input'; prompt: string }
  /** The cell has broken the worker. */
  | { type: 'broken' };

/** From the worker that runs cells; `id` is that of the cell. */
export type FromCells = { type: 'ready' } | (Output & { id: number }) | Answered<OfCells>;

/**
 * A completion; `kind` is one of the Python kernel's, whose first letter JupyterLab shows.
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

/** Requests to the types' worker; `kernel` identifies the notebook. */
export type OfTypes = {
  /** `text`: the type errors; `emitted` if the cells' worker cannot strip the types itself. */
  check: { question: { kernel: string; code: string }; answer: { text: string; emitted?: Emitted } };
  complete: { question: { kernel: string; code: string; position: number }; answer: Completions };
  inspect: { question: { kernel: string; code: string; position: number }; answer: string | null };
  'is-complete': { question: { kernel: string; code: string }; answer: Completeness };
};

/** The names whose declarations a cell did not reach; `all` if none of it ran. */
export type Lost = string[] | 'all';

/** To the types' worker. */
export type ToTypes =
  | { type: 'start'; settings: Settings }
  | { type: 'starts'; kernel: string; code: string }
  | { type: 'ended'; kernel: string; lost: Lost }
  /** A kernel starts, without variables. */
  | { type: 'begin'; kernel: string }
  | { type: 'forget'; kernel: string }
  | Asked<OfTypes>;

/** From the types' worker; a request in which TypeScript throws gets the reply undefined. */
export type FromTypes =
  | { type: 'ready' }
  | { type: 'failed'; message: string }
  | { type: 'reply'; id: number; content: Answered<OfTypes>['content'] | undefined };
