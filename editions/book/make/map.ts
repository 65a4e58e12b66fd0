// The page of the map: figures and sentences made of the committed table, and the table itself for the page's script.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Figure } from '../../../packages/figures';
import type { Json } from '../../../packages/figures/theme';
import { type MapTable, parseMap } from '../../../packages/runs/map';
import { root } from '../../../packages/system/project';
import { escapeHtml } from '../../shared/html';
import { isSpec, titleOf } from '../../shared/page/figure-theme';
import { chapterFigure, type PageFigure } from './figures';
import { plural, sentences, settingsOf, show } from './map-figures';

/** The committed table. */
export const TABLE = join(root, 'editions', 'map', 'map.csv');

/** The runs of a table, the committed one unless said. */
export const runsOf = (csv = readFileSync(TABLE, 'utf8')) => parseMap(csv, 'editions/map/map.csv');

/** A figure whose title, axes and traces are named in a language; settings such as `T 5` keep their names. */
function inWords({ data, layout, ...rest }: Figure, title: string, worded: (text: string) => string) {
  const named = (part: Json) =>
    isSpec(part) && isSpec(part.title) && typeof part.title.text === 'string'
      ? { ...part, title: { ...part.title, text: worded(part.title.text) } }
      : part;
  const axes = Object.entries(layout).filter(([name]) => /axis/.test(name));
  return {
    ...rest,
    data: data.map((trace) => ({
      ...trace,
      ...(trace.name === undefined ? {} : { name: worded(String(trace.name)) }),
      ...(trace.colorbar === undefined ? {} : { colorbar: named(trace.colorbar) }),
    })),
    layout: {
      ...layout,
      ...Object.fromEntries(axes.map(([name, axis]) => [name, named(axis)])),
      title: { text: title },
    },
  };
}

/**
 * The page for Sphinx, and its other files.
 * @param language of `worded`, at the end of the figures' names; empty for English
 * @returns `figures` are still to be drawn; `files` belong below _static/
 */
export function mapPage(
  csv = readFileSync(TABLE, 'utf8'),
  page = readFileSync(join(root, 'editions', 'book', 'map.md'), 'utf8'),
  worded = (text: string) => text,
  language = '',
) {
  const map = runsOf(csv);
  const figures: PageFigure[] = [];
  const html = (drawn: Figure, name: string) => {
    const id = language ? `${name}-${language}` : name;
    const figure = inWords(drawn, worded(titleOf(drawn)), worded);
    const drawing = chapterFigure({ id, folder: '_static/figures/', figure, alt: figure.alt });
    figures.push({ id, files: drawing.files });
    return `\`\`\`{raw} html\n${drawing.html}\n\`\`\``;
  };
  const grids: string[] = [];
  const sections = page.split(/(?=^## )/m).flatMap((section) => {
    const [mark, grid, rate] = /\s+<!-- grid (\S+)(?: learningRate (\S+))? -->/.exec(section) ?? [];
    if (!mark) return [section];
    if (!map.grids.includes(grid) || settingsOf(map.where({ grid })).length === 0) return [];
    const runs = map.where({ grid, ...(rate && { learningRate: Number(rate) }) });
    grids.push(grid);
    const { figures: drawn, said } = show(runs);
    const shown = drawn
      .filter((figure) => figure !== undefined)
      .map((figure, i) => html(figure, `map-${grid}-${i + 1}`));
    const facts = `${plural(runs.rows.length, 'run')}, ${plural(runs.values('seed').length, 'seed')} per setting.`;
    const read = sentences(said.filter((sentence) => typeof sentence === 'string').map(worded));
    return [section.replace(mark, () => [` *${worded(facts)}*`, ...shown, read].join('\n\n'))];
  });
  const text = sections
    .join('')
    .replace('{runs}', `${map.rows.length}`)
    .replace('<!-- table -->', () => `\`\`\`{raw} html\n${tableHtml(map, grids[0])}\n\`\`\``);
  return {
    text,
    figures,
    files: { 'map.csv': csv, 'map-table.js': `bookMap = ${JSON.stringify(csv)};\n` },
  };
}

/** Where the page's script puts the table; without it the file stays. */
const tableHtml = (map: MapTable, grid: string | undefined) =>
  [
    '<link rel="stylesheet" href="_static/map.css">',
    `<section class="map" id="map-runs"${grid ? ` data-grid="${escapeHtml(grid)}"` : ''} aria-label="All runs"></section>`,
    `<p class="map-file"><a href="_static/map.csv" download>Download all ${escapeHtml(String(map.rows.length))} rows as a CSV file</a></p>`,
    '<noscript><p>Choosing and sorting here needs JavaScript; the file has the same rows.</p></noscript>',
    '<script src="_static/map-table.js" defer></script>',
    '<script src="_static/map.js" defer></script>',
  ].join('\n');
