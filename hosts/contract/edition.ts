/** The edition of a chapter: by it a learner's copy knows whether its chapter has changed since it was made. */

/** The parts of a notebook that count for its edition: texts and code, but no outputs. */
export interface Cells {
  cells: readonly { cell_type: string; source: string | readonly string[] }[];
}

/** The text that a host hashes (SHA-256, hexadecimal). */
export const serializeCells = ({ cells }: Cells): string =>
  JSON.stringify(cells.map(({ cell_type, source }) => [cell_type, [source].flat().join('')]));
