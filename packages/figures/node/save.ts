/** Figures as files. */
import { extname } from 'node:path';
import { writeFileAtomic } from '../../system/files.cjs';
import type { Figure } from '../theme';
import { renderPng, renderSvg } from './render';

/**
 * Saves a figure as `.svg`, `.png` or `.json` (the Plotly specification), by the name of the file.
 * Written to a temporary file and renamed, so that it is never seen half-written.
 */
export async function saveFigure(figure: Figure, file: string): Promise<void> {
  const extension = extname(file).toLowerCase();
  let content: string | Uint8Array;
  if (extension === '.svg') content = await renderSvg(figure);
  else if (extension === '.png') content = await renderPng(figure);
  else if (extension === '.json') content = `${JSON.stringify({ data: figure.data, layout: figure.layout })}\n`;
  else throw new Error(`${file}: expected a name that ends in .svg, .png or .json, found '${extension}'`);
  writeFileAtomic(file, content);
}
