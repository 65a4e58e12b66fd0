// The map's page: figures and sentences from the committed table, and the table itself for the page's script.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Figure } from '../../../packages/figures';
import { type ComparedSide, type Comparison, type MapTable, orderOf, parseMap } from '../../../packages/runs/map';
import { readJson, root } from '../../../packages/system/project';
import { escapeHtml } from '../../shared/html';
import { chapterFigure, type PageFigure } from './figures';
import { joinSentences, plural, settingsOf, show } from './map-figures';

/** The committed table. */
export const TABLE = join(root, 'editions', 'map', 'map.csv');

/** The runs of a table, the committed one by default. */
export const runsOf = (csv = readFileSync(TABLE, 'utf8')) => parseMap(csv, 'editions/map/map.csv');

/** Translates the title, axes and traces of a figure; settings such as `T 5` keep their names. */
const inWords = (figure: Figure, worded: (text: string) => string): Figure =>
  JSON.parse(JSON.stringify(figure), (key, value) =>
    (key === 'text' || key === 'name') && typeof value === 'string' ? worded(value) : value,
  );

/**
 * Writes the page for Sphinx.
 * @param language suffix of the figures' names; empty for English
 * @returns the page, `figures` that remain to be rendered, and `files` for _static/
 */
export function mapPage(
  csv = readFileSync(TABLE, 'utf8'),
  page = readFileSync(join(root, 'editions', 'book', 'map.md'), 'utf8'),
  worded = (text: string) => text,
  language = '',
) {
  const map = runsOf(csv);
  const figures: PageFigure[] = [];
  const figureBlock = (plain: Figure, name: string) => {
    const id = language ? `${name}-${language}` : name;
    const figure = inWords(plain, worded);
    const { html, drawn } = chapterFigure({ id, figure, alt: figure.alt });
    figures.push(drawn);
    return `\`\`\`{raw} html\n${html}\n\`\`\``;
  };
  const grids: string[] = [];
  const sections = page.split(/(?=^## )/m).flatMap((section) => {
    const [mark, grid, rate] = /\s+<!-- grid (\S+)(?: learningRate (\S+))? -->/.exec(section) ?? [];
    if (!mark) return [section];
    if (!map.grids.includes(grid) || settingsOf(map.where({ grid })).length === 0) return [];
    const runs = map.where({ grid, ...(rate && { learningRate: Number(rate) }) });
    grids.push(grid);
    const { figures: drawn, sentences } = show(runs);
    const shown = drawn
      .filter((figure) => figure !== undefined)
      .map((figure, i) => figureBlock(figure, `map-${grid}-${i + 1}`));
    const facts = `${plural(runs.rows.length, 'run')}, ${plural(runs.values('seed').length, 'seed')} per setting.`;
    const read = joinSentences(sentences.filter((sentence) => typeof sentence === 'string').map(worded));
    return [section.replace(mark, () => [` *${worded(facts)}*`, ...shown, read].join('\n\n'))];
  });
  const text = sections
    .join('')
    .replace('{runs}', `${map.rows.length}`)
    .replace('<!-- comparisons -->', comparisonRows)
    .replace('<!-- table -->', () => `\`\`\`{raw} html\n${tableHtml(map, grids[0])}\n\`\`\``);
  return {
    text,
    figures,
    files: { 'map.csv': csv, 'map-table.js': `bookMap = ${JSON.stringify(csv)};\n` },
  };
}

/** Rows of the table of comparisons, in Markdown: the sides with what was tuned, the difference, and the order. */
function comparisonRows(): string {
  const compared: Record<string, Comparison> = readJson(join(root, 'editions', 'map', 'comparisons.json'));
  const points = (share: number) => (100 * share).toFixed(2).replace('-', '−');
  const cellOf = ([name, { trials, seeds, accuracy, knobs }]: [string, ComparedSide]) => {
    const tuned = Object.entries(knobs).map(([place, { tried, best }]) => {
      const range = tried.every((value) => typeof value === 'number') ? [tried[0], tried.at(-1)] : tried;
      return `\`${place.replace('engine.', '')}\` ${best} (${range.join(' … ')})`;
    });
    return [`**${name}** ${points(accuracy)} %`, ...tuned, `${trials} × 3 + ${seeds}`].join('<br>');
  };
  const rows = Object.entries(compared).map(([name, { sides, difference }]) => {
    const [mean, low, high] = [difference.mean, difference.low, difference.high].map(points);
    const cells = Object.entries(sides)
      .map(cellOf)
      .join(` | ${orderOf(difference)} | `);
    return `| ${name} | ${cells} | ${mean}<br>${low} … ${high} |`;
  });
  return rows.join('\n');
}

/** Marks the page's table, which its script fills; without the script, the link to the file stays. */
const tableHtml = (map: MapTable, grid: string | undefined) =>
  [
    '<link rel="stylesheet" href="_static/map.css">',
    `<section class="map" id="map-runs"${grid ? ` data-grid="${escapeHtml(grid)}"` : ''} aria-label="All runs"></section>`,
    `<p class="map-file"><a href="_static/map.csv" download>Download all ${escapeHtml(String(map.rows.length))} rows as a CSV file</a></p>`,
    '<noscript><p>Choosing and sorting here needs JavaScript; the file has the same rows.</p></noscript>',
    '<script src="_static/map-table.js" defer></script>',
    '<script src="_static/map.js" defer></script>',
  ].join('\n');
