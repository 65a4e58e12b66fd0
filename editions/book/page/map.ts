/** The table of all runs: filters and sorts rows, and shows for each run the command that recomputes it. */
import { formatCommand, MapTable, parseMap, type Row, type SettingName } from '../../../packages/runs/map';
import { headingOf, NAMES, nameValue, tellSetting } from '../../../packages/runs/shorthands';
import { copyText, element } from '../../shared/page/dom';
import { t, translate } from '../../shared/page/words';
import { linkIfShort } from '../train/link';

/** The text of the table, set by map-table.js. */
declare const bookMap: string;

/** Number of rows shown at first. */
const FIRST = 25;

type Cell = string | number | boolean | null;
interface Column {
  name: string;
  value: (row: Row) => Cell;
  text: (row: Row) => string;
}

const heading = (name: SettingName): string => translate(headingOf(name));
const percent = (share: number): string => t`${(100 * share).toFixed(2)} %`;

/** A setting's value without its name, which is in the heading. */
function plain(name: SettingName, value: Cell): string {
  if (value === null) return '–';
  // Some headings name the opposite of the switch.
  if (typeof value === 'boolean') return value === (headingOf(name) !== nameValue(name, false)) ? t`yes` : t`no`;
  // A number, or several such as 6-12-1.
  return /^\d/.test(String(value)) ? String(value) : translate(nameValue(name, value));
}

const RESULTS: Column[] = [
  { name: t`last epoch`, value: ({ last }) => last, text: ({ last }) => percent(last) },
  { name: t`best epoch`, value: ({ best }) => best, text: ({ best }) => percent(best) },
];

/** The settings that differ among runs that have them. */
const differing = (rows: MapTable): SettingName[] =>
  rows.varied.filter((name) => rows.values(name).filter((value) => value !== null).length > 1);

/** Sorts ascending; missing values come last. */
function compare(a: Cell, b: Cell): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  return a < b ? -1 : 1;
}

/** A select element for values; any by default. */
function choice(name: string, label: string, values: readonly (readonly [string, string])[]) {
  const options = [['', t`any`], ...values].map(([value, text]) => element('option', { value }, text));
  const select = element('select', { name }, ...options);
  return { select, field: element('label', {}, element('span', {}, label), select) };
}

class Runs {
  private readonly grid: HTMLSelectElement;
  private sort: { name: string; falls: boolean } = { name: '', falls: false };
  private all = false;
  private readonly filters = element('form', { class: 'map-filters', 'aria-label': t`Choose runs` });
  private readonly summary = element('p', { class: 'map-said', role: 'status' });
  private readonly scroll = element('div', {
    class: 'map-scroll',
    tabindex: '0',
    role: 'region',
    'aria-label': t`Runs`,
  });
  private readonly more = element('button', { type: 'button', class: 'map-more' });
  private readonly dialog = element('dialog', { class: 'map-dialog', 'aria-labelledby': 'map-run-title' });

  constructor(
    place: HTMLElement,
    private readonly map: MapTable,
  ) {
    place.append(this.filters, this.summary, this.scroll, this.more, this.dialog);
    const grids = map.grids.map((grid) => [grid, grid] as const);
    const { select, field } = choice('grid', t`grid`, grids);
    this.grid = select;
    this.grid.value = place.dataset.grid ?? '';
    this.filters.append(field);
    this.filters.addEventListener('change', ({ target }) => {
      this.all = false;
      if (target === this.grid) this.drawFilters();
      this.draw();
    });
    this.more.addEventListener('click', () => {
      this.all = true;
      this.draw();
      this.scroll.focus();
    });
    // A click on the backdrop targets the dialog itself.
    this.dialog.addEventListener('click', ({ target }) => target === this.dialog && this.dialog.close());
    this.drawFilters();
    this.draw();
  }

  /** Rows of the selected grid. */
  private ofGrid(): MapTable {
    const grid = this.grid.value;
    return grid ? this.map.where({ grid }) : this.map;
  }

  private rows(): Row[] {
    const chosen = [...new FormData(this.filters)].filter(([name, value]) => name !== 'grid' && value !== '');
    return this.ofGrid().rows.filter((row) =>
      chosen.every(([name, value]) => String(row[name as SettingName]) === value),
    );
  }

  /** Select elements: the grid, then each setting that differs in it. */
  private drawFilters(): void {
    const rows = this.ofGrid();
    for (const field of Array.from(this.filters.children).slice(1)) field.remove();
    for (const name of differing(rows)) {
      const values = rows.values(name).map((value) => [String(value), plain(name, value)] as const);
      this.filters.append(choice(name, heading(name), values).field);
    }
  }

  private draw(): void {
    const rows = this.rows();
    const all = new MapTable(rows);
    const varied = rows.length === 0 ? [] : differing(all);
    const columns = [
      ...varied.map(
        (name): Column => ({ name: heading(name), value: (row) => row[name], text: (row) => plain(name, row[name]) }),
      ),
      ...RESULTS,
    ];
    const by = columns.find(({ name }) => name === this.sort.name);
    if (by) {
      rows.sort((a, b) => {
        const [x, y] = [by.value(a), by.value(b)];
        // Missing values stay at the end.
        return x === null || y === null || !this.sort.falls ? compare(x, y) : compare(y, x);
      });
    }
    const shown = this.all ? rows : rows.slice(0, FIRST);
    const common = rows.length === 0 ? [] : NAMES.filter((name) => !varied.includes(name) && rows[0][name] !== null);
    const same = common.map((name) => translate(tellSetting(name, rows[0][name]))).join(', ');
    const count = rows.length === 1 ? t`1 run` : t`${rows.length} runs`;
    this.summary.textContent =
      rows.length === 0 ? t`No run has these settings.` : same ? t`${count}, all with: ${same}.` : `${count}.`;
    this.more.hidden = shown.length === rows.length;
    this.more.textContent = t`Show all ${rows.length} runs`;
    this.scroll.hidden = rows.length === 0;
    this.scroll.replaceChildren(this.table(columns, shown));
  }

  private table(columns: readonly Column[], rows: readonly Row[]): HTMLElement {
    const head = columns.map(({ name }) => {
      const sorted = this.sort.name === name;
      const order = sorted ? (this.sort.falls ? 'descending' : 'ascending') : 'none';
      const button = element('button', { type: 'button' }, name);
      button.addEventListener('click', () => {
        // Accuracies begin with the highest, settings with the lowest.
        const falls = sorted ? !this.sort.falls : RESULTS.some((result) => result.name === name);
        this.sort = { name, falls };
        this.draw();
        this.scroll.querySelector<HTMLElement>('th:not([aria-sort=none]) button')?.focus();
      });
      return element('th', { scope: 'col', 'aria-sort': order }, button);
    });
    const body = rows.map((row) => {
      const open = element(
        'button',
        { type: 'button', 'aria-label': t`Compute again: run ${row.id}` },
        t`Compute again`,
      );
      open.addEventListener('click', () => this.open(row));
      return element(
        'tr',
        {},
        ...columns.map(({ text, value }) =>
          element('td', typeof value(row) === 'number' ? { class: 'number' } : {}, text(row)),
        ),
        element('td', {}, open),
      );
    });
    const command = element('th', { scope: 'col' }, t`command`);
    return element(
      'table',
      {},
      element('thead', {}, element('tr', {}, ...head, command)),
      element('tbody', {}, ...body),
    );
  }

  /** Shows a run: its settings, its results, and how to recompute it. */
  private open(row: Row): void {
    const settings = NAMES.filter((name) => row[name] !== null)
      .map((name) => translate(tellSetting(name, row[name])))
      .join(', ');
    const claim = linkIfShort(row.run, { test: row.last, sha256: row.weightsSha256 });
    const close = element('button', { type: 'button', class: 'map-close' }, t`Close`);
    close.addEventListener('click', () => this.dialog.close());
    this.dialog.replaceChildren(
      element('h3', { id: 'map-run-title' }, t`Run ${row.id}`),
      element('p', {}, `${settings}.`),
      element(
        'p',
        {},
        t`Test accuracy ${percent(row.last)} after the last epoch, ${percent(row.best)} after epoch ${row.bestEpoch}.`,
      ),
      ...code(t`Compute it again, in a clone of the project:`, formatCommand(row)),
      ...code(t`The last line is then the SHA-256 of its weights:`, row.weightsSha256),
      ...code(t`Or compute it and compare every column:`, `npm run map -- --verify ${row.id}`),
      ...code(t`In a notebook:`, `await recompute((await readMap()).row('${row.id}'))`),
      ...(claim === undefined
        ? []
        : [
            element(
              'p',
              { class: 'map-label' },
              element('a', { href: `train.html${claim}` }, t`Check it in this browser`),
            ),
          ]),
      close,
    );
    this.dialog.showModal();
  }
}

/** A line of text with a copy button. */
function code(label: string, text: string): HTMLElement[] {
  const button = element('button', { type: 'button' });
  const say = (word: string) => {
    button.textContent = word;
    button.setAttribute('aria-label', `${word}: ${label}`);
  };
  say(t`Copy`);
  button.addEventListener('click', async () => {
    say((await copyText(text)) ? t`Copied` : t`Press Ctrl+C`);
    setTimeout(() => say(t`Copy`), 2000);
  });
  return [
    element('p', { class: 'map-label' }, label, button),
    element('pre', { tabindex: '0' }, element('code', {}, text)),
  ];
}

const place = document.getElementById('map-runs');
if (place) new Runs(place, parseMap(bookMap));
