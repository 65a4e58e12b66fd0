/** The edition of a chapter: by it a learner's copy knows whether its chapter has changed since it was made. */
import { createHash } from 'node:crypto';

/** What of a notebook counts for its edition. */
export interface Cells {
  cells: readonly { cell_type: string; source: string | readonly string[] }[];
}

/** A hash of what a notebook says and does; outputs do not count. */
export function hashOfCells({ cells }: Cells): string {
  const parts = cells.map(({ cell_type, source }) => [cell_type, [source].flat().join('')]);
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** The start of that hash. */
export const editionOf = (notebook: Cells): string => hashOfCells(notebook).slice(0, 8);
