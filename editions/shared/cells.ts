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
  data?: Record<string, string | string[]>;
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

/** What of the package's exercises the cells are compared with. */
interface Known {
  minutes: number;
  optional?: true;
}

export const textOf = ({ source }: Pick<Cell, 'source'>) => [source].flat().join('');
const lines = (text: string) => text.split(/(?<=\n)/);
const SOLUTION = /^([ \t]*)\/\/ BEGIN SOLUTION\n([\s\S]*?)^[ \t]*\/\/ END SOLUTION$/gm;
const MARK = /(BEGIN|END) SOLUTION/;
/** A comment, such as a mark that says where a number comes from, is not text. */
const FOLDED = /^<details><summary>[^<]+<\/summary>\n\n[\s\S]+\n\n<\/details>(\s*<!--[^>]*-->)*$/;
const PREDICT = '**Predict, then run.**';

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
  const sentence = [data['text/plain']].flat().join('').replace(/\s+/g, ' ').replace(/[[\]]/g, '').trim();
  const png = [data['image/png']].flat().join('').trim();
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

/**
 * What is wrong with the exercises of a chapter, a line each.
 * @param notebook the chapter
 * @param exercises those of the package that belong to it, by id
 */
export function problemsOf(notebook: Pick<Notebook, 'cells'>, exercises: Record<string, Known>) {
  const problems: string[] = [];
  const ids = idsOf(notebook);
  for (const id of Object.keys(exercises))
    if (!ids.includes(id)) problems.push(`${id}: expected a task cell, found none`);
  for (const id of ids)
    if (!Object.hasOwn(exercises, id)) problems.push(`${id}: no exercise of the package for this chapter`);
  for (const id of new Set(ids)) {
    const with_ = (role: string) =>
      notebook.cells.filter((cell) => partOf(cell).id === id && partOf(cell).role === role);
    const [tasks, answers] = [with_('task'), with_('answer')];
    if (tasks.length !== 1) problems.push(`${id}: expected one task cell, found ${tasks.length}`);
    if (answers.length !== 1) problems.push(`${id}: expected one answer cell, found ${answers.length}`);
    if (tasks.length === 1) problems.push(...problemsOfTask(id, tasks[0], exercises[id]));
    if (answers.length === 1) problems.push(...problemsOfAnswer(id, answers[0]));
    if (tasks.some((task) => textOf(task).includes(PREDICT)))
      problems.push(...problemsOfPrediction(id, with_('run'), with_('picture')));
  }
  problems.push(...problemsOfReadings(notebook));
  for (const cell of notebook.cells) {
    if (MARK.test(textOf(cell)) && partOf(cell).role !== 'answer')
      problems.push(`${cell.id}: a solution outside of an answer cell`);
  }
  for (const cell of learnersCells(notebook.cells)) {
    if (MARK.test(textOf(cell))) problems.push(`${cell.id}: a solution is left in the learner's copy`);
  }
  return problems;
}

/** @param known as in the package */
function problemsOfTask(id: string, task: Cell, known: Known | undefined) {
  const text = textOf(task);
  const problems: string[] = [];
  const hints = text.match(/<details><summary>Hint \d<\/summary>\n\n/g)?.length ?? 0;
  if (hints < 2 || hints > 3) problems.push(`${id}: expected two or three hints, found ${hints}`);
  const time = known?.optional ? `*Optional, about ${known.minutes} minutes.*` : `*About ${known?.minutes} minutes.*`;
  if (!text.includes(time)) problems.push(`${id}: the task does not say "${time.slice(1, -1)}"`);
  return problems;
}

function problemsOfAnswer(id: string, answer: Cell) {
  const code = textOf(answer);
  const problems: string[] = [];
  const blocks = [...code.matchAll(SOLUTION)].length;
  if (blocks !== 1) problems.push(`${id}: expected one BEGIN SOLUTION … END SOLUTION, found ${blocks}`);
  // In the answer's own cell: tslab does not run a cell with a type error, and a check in a separate cell would then
  // judge the answer of the run before.
  if (!new RegExp(`^check\\('${id}', \\w+\\);$`, 'm').test(code))
    problems.push(`${id}: expected check('${id}', …); in the answer's cell`);
  if (!answer.metadata.tags?.includes('hide-input') || !answer.metadata.jupyter?.source_hidden) {
    problems.push(`${id}: expected a folded answer (the tag hide-input, and jupyter.source_hidden)`);
  }
  const printed = (answer.outputs ?? []).map(({ text }) => [text ?? ''].flat().join('')).join('');
  if (printed !== `✔ ${id}: Right.\n`)
    problems.push(`${id}: expected "✔ ${id}: Right." below the solution, found ${JSON.stringify(printed)}`);
  return problems;
}

/** Who has guessed wants to see the measured value: after the right answer, and not before. */
function problemsOfPrediction(id: string, runs: Cell[], pictures: Cell[]) {
  const problems: string[] = [];
  if (runs.length !== 1)
    problems.push(`${id}: expected one run cell that shows what was to be predicted, found ${runs.length}`);
  if (pictures.length > 0)
    problems.push(`${id}: expected no picture to reach, which would show what is to be predicted`);
  if (!runs.every((run) => new RegExp(`^if \\(solved\\('${id}'\\)\\) \\{$`, 'm').test(textOf(run))))
    problems.push(`${id}: expected a run cell that shows something only if (solved('${id}'))`);
  if (!runs.every(({ metadata }) => metadata.tags?.includes('hide-cell')))
    problems.push(`${id}: expected a run cell that the book folds (the tag hide-cell)`);
  return problems;
}

/** A text about an answer, or about what a solved exercise shows, would give the result away, so a reader opens it. */
function problemsOfReadings(notebook: Pick<Notebook, 'cells'>) {
  const shown = (cell: Cell) => ['answer', 'picture', 'run', 'reading'].includes(partOf(cell).role ?? 'none');
  return sectionOf(notebook).flatMap((cell, i, cells) => {
    const isReading = cell.cell_type === 'markdown' && i > 0 && shown(cells[i - 1]) && !textOf(cell).startsWith('#');
    if (!isReading) return [];
    return partOf(cell).role === 'reading' && FOLDED.test(textOf(cell))
      ? []
      : [`${cell.id}: expected a folded text (the role reading, and <details> around it)`];
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
