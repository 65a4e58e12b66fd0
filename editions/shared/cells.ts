// The cells of exercises in a chapter, and how they change in a learner's copy.
//
// A chapter holds each exercise solved. Its cells have metadata `exercise: { id, role }` with the roles `task` (with
// `minutes`), `answer`, and optionally `picture` or `run`, which show something once the answer is right, and `reading`,
// which explains that. `setup` and `progress` enclose all exercises. In a copy, the picture stands above the stub, as the
// goal; the output of a `run` is only seen after the right answer.

/** The metadata of an exercise's cell. */
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

/** The parts of a cell of format 4 that are used here. */
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

/** A notebook's text, which is a string or a list of lines, as a string. */
export const joined = (text: unknown) => [text ?? ''].flat().join('');
export const textOf = ({ source }: Pick<Cell, 'source'>) => joined(source);
const lines = (text: string) => text.split(/(?<=\n)/);
export const SOLUTION = /^([ \t]*)\/\/ BEGIN SOLUTION\n([\s\S]*?)^[ \t]*\/\/ END SOLUTION$/gm;

/** A cell's exercise and role; empty without one. Cells of handed-in files may lack metadata. */
export const partOf = (cell: Partial<Pick<Cell, 'metadata'>>): Part => cell.metadata?.exercise ?? {};

/** The ids of a chapter's exercises, in order. */
export const idsOf = ({ cells }: Pick<Notebook, 'cells'>) =>
  cells.map(partOf).flatMap(({ id, role }) => (role === 'task' && id ? [id] : []));

/** The cells from the exercises' set-up to their progress: all that the checks need. */
export function sectionOf<One extends Pick<Cell, 'metadata'>>({ cells }: { cells: One[] }) {
  const first = cells.findIndex((cell) => partOf(cell).role === 'setup');
  const last = cells.findLastIndex((cell) => partOf(cell).role === 'progress');
  return first < 0 ? [] : cells.slice(first, (last < 0 ? cells.length : last) + 1);
}

/** An answer cell as learners get it: a stub, not collapsed. */
function stubOf(cell: Cell): Cell {
  const { source_hidden: _, ...jupyter } = cell.metadata.jupyter ?? {};
  const tags = (cell.metadata.tags ?? []).filter((tag) => tag !== 'hide-input');
  const metadata: Cell['metadata'] = { ...cell.metadata, jupyter, tags };
  if (Object.keys(jupyter).length === 0) delete metadata.jupyter;
  if (tags.length === 0) delete metadata.tags;
  const source = textOf(cell).replace(SOLUTION, '$1// Your code here.\n$1return todo();');
  return { ...cell, metadata, source: lines(source) };
}

/** A markdown cell with the figure that the right answer draws. */
function goalCell(cell: Cell): Cell[] {
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

/** The cells of a learner's copy, from those of the chapter: stubs in place of solutions, with their goals above. */
export function learnersCells(cells: Cell[]) {
  return cells.flatMap((cell) => {
    const { id, role } = partOf(cell);
    if (role !== 'answer') return [cell];
    const goals = cells.filter((other) => partOf(other).id === id && partOf(other).role === 'picture');
    return [...goals.flatMap(goalCell), stubOf(cell)];
  });
}

/** The paragraph of a chapter's first cell that says how long it takes. */
const TIME = /^\*\*(?:Time:\*\*|时间\*\*：)\s*(.*?[.。])/;

/** A chapter's title, its aim (the first paragraph, as a sentence), and how long it takes. */
export function introduction(notebook: { cells: Pick<Cell, 'cell_type' | 'source'>[] }) {
  const head = textOf(notebook.cells.find((cell) => cell.cell_type === 'markdown') ?? { source: '' });
  const [title, aim = '', ...others] = head.split(/\n\s*\n/).map((paragraph) => paragraph.replace(/\s*\n\s*/g, ' '));
  const time = others.map((paragraph) => TIME.exec(paragraph)?.[1]).find(Boolean) ?? '';
  const capital = (sentence: string) => sentence.charAt(0).toUpperCase() + sentence.slice(1);
  const sentence = aim.replace(/^\*\*(?:You will be able to|你将学会)\*\*[\s：]*/, '');
  return { title: title.replace(/^#\s*/, ''), aim: capital(sentence), time: capital(time) };
}
