/** The edition of a chapter: by it a learner's copy knows whether its chapter has changed since it was made. */

/** What of a notebook counts for its edition: what it says and does, and no outputs. */
export interface Cells {
  cells: readonly { cell_type: string; source: string | readonly string[] }[];
}

/** The text that a host hashes (SHA-256, hexadecimal). */
export const serializeCells = ({ cells }: Cells): string =>
  JSON.stringify(cells.map(({ cell_type, source }) => [cell_type, [source].flat().join('')]));
