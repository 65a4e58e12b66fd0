/** What the page and its two workers say to each other. */
export type { TypeProblem } from '../../core/hints.cjs';

/** What is shown below a cell: data by MIME type, as in a Jupyter message. */
export interface Bundle {
  data: Record<string, unknown>;
  metadata?: Record<string, unknown>;
}

/** Modules that cells may import, by name: absolute URLs of ES modules. */
export type Modules = Record<string, string>;

/** How a cell ended, as an execute reply has it. */
export type Outcome = { status: 'ok' } | { status: 'error'; ename: string; evalue: string; traceback: string[] };

/** To the worker that runs cells. */
export type ToCells =
  | { type: 'start'; modules: Modules; siteUrl: string; preload: boolean }
  | { type: 'execute'; id: number; code: string; count: number }
  | { type: 'is-complete'; id: number; code: string }
  | { type: 'can-run'; id: number; code: string }
  | { type: 'interrupt' };

/** From the worker that runs cells; `id` names the cell that it belongs to. */
export type FromCells =
  | { type: 'ready' }
  | { type: 'stream'; id: number; name: 'stdout' | 'stderr'; text: string }
  | { type: 'display'; id: number; bundle: Bundle; displayId?: string; update: boolean }
  | { type: 'reply'; id: number; content: Outcome | { status: 'complete' | 'incomplete' | 'invalid' | 'unknown' } }
  | { type: 'reply'; id: number; content: boolean };

export interface Completions {
  matches: string[];
  /** Positions in UTF-16 units. */
  start: number;
  end: number;
}

/** To the worker that knows the types. `kernel` names the notebook that it is about. */
export type ToTypes =
  | { type: 'start'; declarations: string }
  | { type: 'check'; id: number; kernel: string; code: string }
  | { type: 'complete'; id: number; kernel: string; code: string; position: number }
  | { type: 'inspect'; id: number; kernel: string; code: string; position: number }
  | { type: 'ran'; kernel: string; code: string }
  | { type: 'forget'; kernel: string };

/** From the worker that knows the types. */
export type FromTypes =
  | { type: 'ready' }
  | { type: 'failed'; message: string }
  | { type: 'reply'; id: number; content: unknown };
