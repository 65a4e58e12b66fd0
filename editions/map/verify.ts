// Rows of a table, computed again and compared to the byte.
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunDocument } from '../../packages/runs/document';
import { program, readJson, remove, writeJson } from '../../packages/system/project';
import { run } from '../../packages/system/run';
import { asOneLine } from '../../src/common/checks';
import type { Grid } from './grids';
import { BadMap, orBadMap, runOf } from './plan';
import { count, workThrough } from './progress';
import { faultsIn, parseTable, RESULT_COLUMNS, rowFile, type TableRow } from './table';

/** Which rows are meant: all of them, so many at random, or those with these ids. */
function select(rows: TableRow[], which: string) {
  if (which === 'all') return rows;
  if (/^[0-9a-f]{12}(,[0-9a-f]{12})*$/.test(which)) {
    return which.split(',').map((id) => {
      const row = rows.find((one) => one.id === id);
      if (!row) throw new BadMap(`--verify: expected the id of a row, found ${id}, which no row has`);
      return row;
    });
  }
  if (!/^[1-9]\d*$/.test(which)) {
    throw new BadMap(`--verify: expected how many rows, all, or the id of a row, found ${which}`);
  }
  const rest = [...rows];
  return Array.from({ length: Math.min(Number(which), rows.length) }, () => {
    const [row] = rest.splice(Math.floor(Math.random() * rest.length), 1);
    return row;
  });
}

/** Computes a run as Snakemake does: its row, weights and hits come into a folder. */
export async function computeRun(document: RunDocument, folder: string) {
  const { id } = runOf(document);
  const plan = join(folder, `${id}.json`);
  writeJson(plan, { runs: { [id]: { run: document } } });
  const [node, args] = program('editions/map/run.ts', [rowFile(folder, id), plan]);
  try {
    return await run(node, args, { cwd: folder, minutes: Number.POSITIVE_INFINITY });
  } finally {
    remove(plan);
  }
}

/** Computes one row again; returns a line for each column that differs. */
async function faultsOfRow({ id, run: document, results }: TableRow, folder: string) {
  const { code, lines } = await computeRun(document, folder);
  if (code !== 0) return [`row ${id}: its run failed: ${lines[lines.length - 1]}`];
  const again = readJson(rowFile(folder, id)).row.results;
  return RESULT_COLUMNS.filter((column) => again[column] !== results[column]).map((column) => {
    const [computed, found] = [again[column] || 'nothing', results[column] || 'nothing'];
    return `row ${id}: ${column}: expected ${computed}, which was computed just now, found ${found}`;
  });
}

/**
 * Checks a table against its grids, then computes rows of it again. Prints a line for each fault.
 * @param file of the table
 * @param grids whose table it is
 * @param names take rows of these grids alone; all without names
 * @param which rows
 * @returns whether all is right
 * @throws BadMap if the table or a row is missing
 */
export async function verify(file: string, grids: Grid[], names: string[], which: string) {
  if (!existsSync(file)) throw new BadMap(`${file}: expected a table, found none; \`npm run map\` makes it`);
  const complain = (line: string) => console.error(asOneLine(`map: ${file}: ${line}`));
  const rows = orBadMap(() => parseTable(readFileSync(file, 'utf8'), file));
  const faults = faultsIn(rows, grids);
  faults.forEach(complain);
  if (faults.length > 0) return false;

  const ofGrids = rows.filter(({ grid }) => names.length === 0 || grid.split('+').some((name) => names.includes(name)));
  const chosen = select(ofGrids, which);
  console.log(`Computing ${count(chosen.length, 'row')} of ${rows.length} again.`);
  let wrong = 0;
  const folder = mkdtempSync(join(tmpdir(), 'lif-fc-mnist-verify-'));
  const secondsOf = ({ run }: TableRow) => runOf(run).seconds;
  try {
    await workThrough('rows', chosen, secondsOf, async (row) => {
      const different = await faultsOfRow(row, folder);
      different.forEach(complain);
      if (different.length > 0) wrong++;
    });
  } finally {
    remove(folder);
  }
  if (wrong > 0) {
    console.error(`map: ${count(wrong, 'row')} of ${chosen.length} differ${wrong === 1 ? 's' : ''}`);
    return false;
  }
  console.log(`${count(chosen.length, 'row')} computed again: every column is the same to the byte.`);
  return true;
}
