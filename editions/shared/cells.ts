// The cells of exercises in a chapter, and what becomes of them in a learner's copy.
//
// A chapter holds each exercise in its solved form, as cells that say in their metadata, `exercise: { id, role }`, what
// they are: `task` (also `minutes`), `answer`, and, where there is one, `picture` or `run`, which show something when
// the answer is right, and `reading`, which tells what they show. `setup` and `progress` stand around all of them. A
// copy shows the picture above the stub, as what to reach; what a `run` shows is seen only after the right answer.

/** What an exercise's cell says of itself. */
export interface Part {
  id?: string;
  role?: string;
  minutes?: number;
}

export interface Output {
  output_type: string;
  name?: string;
  text?: string | string[];
  ename?: string;
  evalue?: string;
  data?: Record<string, unknown>;
  metadata?: object;
}

/** A cell of a notebook of format 4, as far as it matters here. */
export interface Cell {
  cell_type: string;
  id: string;
  source: string | string[];
  metadata: { exercise?: Part; tags?: string[]; jupyter?: { source_hidden?: boolean } };
  execution_count?: number | null;
  outputs?: Output[];
  attachments?: Record<string, Record<string, string>>;
}

export interface Notebook {
  cells: Cell[];
  metadata: Record<string, unknown>;
  nbformat: number;
  nbformat_minor?: number;
}

/** A text as notebooks hold it, whole or in lines. */
export const joined = (text: unknown) => [text ?? ''].flat().join('');
export const textOf = ({ source }: Pick<Cell, 'source'>) => joined(source);
const lines = (text: string) => text.split(/(?<=\n)/);
export const SOLUTION = /^([ \t]*)\/\/ BEGIN SOLUTION\n([\s\S]*?)^[ \t]*\/\/ END SOLUTION$/gm;

/**
 * Which exercise a cell belongs to, and as what.
 * @param cell which may come from a file that was handed in, and have no metadata
 */
export const partOf = (cell: Partial<Pick<Cell, 'metadata'>>): Part => cell.metadata?.exercise ?? {};

/** The ids of a chapter's exercises, in order. */
export const idsOf = ({ cells }: Pick<Notebook, 'cells'>) =>
  cells.map(partOf).flatMap(({ id, role }) => (role === 'task' && id ? [id] : []));

/** The cells from the exercises' set-up to their progress: what a check needs, and nothing of the chapter before. */
export function sectionOf<One extends Pick<Cell, 'metadata'>>({ cells }: { cells: One[] }) {
  const first = cells.findIndex((cell) => partOf(cell).role === 'setup');
  const last = cells.findLastIndex((cell) => partOf(cell).role === 'progress');
  return first < 0 ? [] : cells.slice(first, (last < 0 ? cells.length : last) + 1);
}

/** An answer cell as a learner finds it: a stub, and open. */
function stubOf(cell: Cell): Cell {
  const { source_hidden: _, ...jupyter } = cell.metadata.jupyter ?? {};
  const tags = (cell.metadata.tags ?? []).filter((tag) => tag !== 'hide-input');
  const metadata: Cell['metadata'] = { ...cell.metadata, jupyter, tags };
  if (Object.keys(jupyter).length === 0) delete metadata.jupyter;
  if (tags.length === 0) delete metadata.tags;
  const source = textOf(cell).replace(SOLUTION, '$1// Your code here.\n$1return todo();');
  return { ...cell, metadata, source: lines(source) };
}

/** The figure that a solved chapter shows, as a markdown cell: what the learner's own answer is to look like. */
function pictureToReach(cell: Cell): Cell[] {
  const { id } = partOf(cell);
  const data = cell.outputs?.map((output) => output.data).find((bundle) => bundle?.['image/png']);
  if (!data) return [];
  const sentence = joined(data['text/plain']).replace(/\s+/g, ' ').replace(/[[\]]/g, '').trim();
  const png = joined(data['image/png']).trim();
  return [
    {
      cell_type: 'markdown',
      id: `${id}-goal`,
      metadata: { exercise: { id, role: 'goal' } },
      attachments: { 'goal.png': { 'image/png': png } },
      source: lines(`The picture to reach:\n\n![${sentence}](attachment:goal.png)`),
    },
  ];
}

/**
 * The cells of a learner's copy: stubs in place of solutions, and the pictures to reach above them.
 * @param cells of the chapter
 */
export function learnersCells(cells: Cell[]) {
  return cells.flatMap((cell) => {
    const { id, role } = partOf(cell);
    if (role !== 'answer') return [cell];
    const goals = cells.filter((other) => partOf(other).id === id && partOf(other).role === 'picture');
    return [...goals.flatMap(pictureToReach), stubOf(cell)];
  });
}

/** How long a chapter takes, in a paragraph of its head. */
const TIME = /^\*\*(?:Time:\*\*|时间\*\*：)\s*(.*?[.。])/;

/**
 * The title of a chapter; its first paragraph as a sentence, what a reader will be able to do; and how long it takes.
 */
export function introduction(notebook: { cells: Pick<Cell, 'cell_type' | 'source'>[] }) {
  const head = textOf(notebook.cells.find((cell) => cell.cell_type === 'markdown') ?? { source: '' });
  const [title, aim = '', ...others] = head.split(/\n\s*\n/).map((paragraph) => paragraph.replace(/\s*\n\s*/g, ' '));
  const time = others.map((paragraph) => TIME.exec(paragraph)?.[1]).find(Boolean) ?? '';
  const capital = (sentence: string) => sentence.charAt(0).toUpperCase() + sentence.slice(1);
  const sentence = aim.replace(/^\*\*(?:You will be able to|你将学会)\*\*[\s：]*/, '');
  return { title: title.replace(/^#\s*/, ''), aim: capital(sentence), time: capital(time) };
}
