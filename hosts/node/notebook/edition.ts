/** The edition of a chapter, on this host. */
import { createHash } from 'node:crypto';
import { type Cells, serializeCells } from '../../contract/edition';

export type { Cells };

/** A hash of what a notebook says and does; outputs do not count. */
export const hashOfCells = (notebook: Cells): string =>
  createHash('sha256').update(serializeCells(notebook)).digest('hex');

/** The start of that hash. */
export const editionOf = (notebook: Cells): string => hashOfCells(notebook).slice(0, 8);
