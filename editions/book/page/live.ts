/**
 * Replaces a picture by an interactive figure: hover, zoom and legend, by mouse, touch and keyboard. Loaded with Plotly
 * when the first figure is opened.
 */
import { element, watchTheme } from '../../shared/page/dom';
import { DARK, type Figure, isPlate, LIGHT, NARROW, narrow, recolour, type Spec } from '../../shared/page/figure-theme';
import { t } from '../../shared/page/words';

interface Axis {
  range: [number, number];
  fixedrange?: boolean;
  title?: { text?: string };
}
interface Trace {
  type: string;
  name?: string;
  visible?: boolean | string;
  hoverinfo?: string;
  xaxis?: string;
  yaxis?: string;
  x?: ArrayLike<number | string | null>;
  y?: ArrayLike<number | string | null>;
  z?: ArrayLike<number | null>[];
}
interface PointEvent {
  points: { fullData: Trace; x: unknown; y: unknown; z?: unknown }[];
}
/** The element that Plotly draws into, with what it adds to it. */
interface Plot extends HTMLElement {
  _fullLayout: Record<string, unknown>;
  _fullData: Trace[];
  on(event: 'plotly_hover', listener: (event: PointEvent) => void): void;
}
interface PlotlyModule {
  react(plot: HTMLElement, data: Spec[], layout: Spec, config: Spec): Promise<Plot>;
  relayout(plot: HTMLElement, update: Record<string, unknown>): Promise<Plot>;
  purge(plot: HTMLElement): void;
  Fx: {
    hover(plot: HTMLElement, points: { curveNumber: number; pointNumber: number | number[] }[], subplot: string): void;
    unhover(plot: HTMLElement): void;
  };
}
declare const Plotly: PlotlyModule;

const KEYS = t`Plus and minus zoom, arrow keys go from point to point, Shift and arrow keys move, 0 resets, Escape returns to the picture.`;

const isDark = () =>
  document.body.dataset.theme === 'dark' ||
  (document.body.dataset.theme !== 'light' && window.matchMedia('(prefers-color-scheme: dark)').matches);

const formatCoordinate = (value: unknown): string =>
  typeof value === 'number' ? String(Number(value.toPrecision(4))).replace('-', '−') : String(value ?? '');

class LiveFigure {
  private readonly box: HTMLElement;
  private readonly plot: Plot;
  private readonly readout: HTMLElement;
  private readonly picture: HTMLElement;
  private readonly watching = new AbortController();
  private start: Record<string, [number, number]> = {};
  private cursor: { curve: number; index: number[] } | undefined;
  private width = 0;

  constructor(
    private readonly place: HTMLElement,
    private readonly figure: Figure,
  ) {
    const title = place.querySelector('.figure-title')?.textContent ?? '';
    this.picture = place.querySelector('.figure-picture') as HTMLElement;
    this.plot = element('div', {
      class: 'figure-plot',
      tabindex: '0',
      role: 'application',
      'aria-label': t`${title}, live figure. ${KEYS}`,
    }) as HTMLElement as Plot;
    this.readout = element('p', { class: 'figure-readout', role: 'status' });
    const tool = (text: string, label: string, act: () => void) => {
      const button = element('button', { type: 'button', 'aria-label': label, title: label }, text);
      button.addEventListener('click', act);
      return button;
    };
    const tools = element(
      'div',
      { class: 'figure-tools' },
      tool('+', t`Zoom in (+)`, () => this.zoom(0.5)),
      tool('−', t`Zoom out (−)`, () => this.zoom(2)),
      tool(t`Reset`, t`Reset the view (0)`, () => this.reset()),
      tool(t`Back to the picture`, t`Back to the picture (Esc)`, () => this.close()),
    );
    const hint = matchMedia('(pointer: coarse)').matches
      ? t`Tap for values, drag to move.`
      : t`Point for values, drag to zoom, double-click to reset. Keys: + − 0, arrows, Esc.`;
    this.box = element(
      'div',
      { class: 'figure-live' },
      this.plot,
      tools,
      this.readout,
      element('p', { class: 'figure-hint' }, hint),
    );
  }

  async open(): Promise<void> {
    this.picture.hidden = true;
    this.place.classList.add('is-live');
    this.picture.after(this.box);
    try {
      await this.draw();
    } catch (error) {
      this.close();
      throw error;
    }
    this.remember();
    this.plot.on('plotly_hover', ({ points: [{ fullData, x, y, z }] }) => this.say(fullData, x, y, z));
    this.liveLegend();
    const { signal } = this.watching;
    this.place.addEventListener('keydown', (event) => this.key(event), { signal });
    window.addEventListener('resize', () => this.plot.clientWidth !== this.width && void this.draw(), { signal });
    watchTheme(() => void this.draw(), signal);
    this.plot.focus();
  }

  close(): void {
    this.watching.abort();
    Plotly.purge(this.plot);
    this.box.remove();
    for (const button of this.toggles()) button.replaceWith(...button.childNodes);
    this.picture.hidden = false;
    this.place.classList.remove('is-live');
    this.picture.querySelector('button')?.focus();
  }

  private async draw(): Promise<void> {
    this.width = this.plot.clientWidth;
    const fitted = this.width < NARROW ? narrow(this.figure, this.width) : this.figure;
    const palette = isDark() ? DARK : LIGHT;
    const { data, layout } = recolour(fitted, palette);
    const family = getComputedStyle(this.place).getPropertyValue('--font-stack').trim() || 'sans-serif';
    const axes = isPlate(this.figure) ? plateAxes(layout) : {};
    const hidden = this.toggles('[aria-pressed="false"]').flatMap(({ value }) => value.split(' '));
    await Plotly.react(
      this.plot,
      data.map((trace, i) => (hidden.includes(String(i)) ? { ...trace, visible: 'legendonly' } : trace)),
      {
        ...layout,
        ...axes,
        width: this.width,
        dragmode: matchMedia('(pointer: coarse)').matches ? 'pan' : 'zoom',
        hovermode: 'closest',
        hoverlabel: {
          bgcolor: palette.paper,
          bordercolor: palette.ink,
          font: { family, size: 13, color: palette.ink },
        },
        font: { ...(layout.font as Spec), family },
        // Keeps the view when the page's colours change.
        uirevision: 'one',
      },
      { displayModeBar: false, doubleClick: 'reset', showTips: false },
    );
    this.plot.style.height = `${layout.height}px`;
  }

  private axes(): [string, Axis][] {
    const layout = this.plot._fullLayout;
    return Object.entries(layout).filter(([key]) => /^[xy]axis\d*$/.test(key)) as [string, Axis][];
  }

  /** The initial view. */
  private remember(): void {
    this.start = Object.fromEntries(this.axes().map(([key, { range }]) => [key, [...range] as [number, number]]));
  }

  private show(ranges: Record<string, [number, number]>): void {
    Plotly.Fx.unhover(this.plot);
    const update = Object.fromEntries(Object.entries(ranges).map(([key, range]) => [`${key}.range`, range]));
    void Plotly.relayout(this.plot, update);
  }

  private reset(): void {
    this.show(this.start);
    this.readout.textContent = t`The whole figure.`;
  }

  /** Zooms to `factor` of the visible range, but not beyond the whole figure. */
  private zoom(factor: number): void {
    const ranges: Record<string, [number, number]> = {};
    for (const [key, { range, fixedrange }] of this.axes()) {
      if (fixedrange) continue;
      const [from, to] = this.start[key];
      const share = Math.min(1, Math.abs(((range[1] - range[0]) * factor) / (to - from)));
      const half = ((to - from) * share) / 2;
      const [low, high] = [from + half, to - half];
      const middle = (range[0] + range[1]) / 2;
      const kept = from < to ? Math.min(Math.max(middle, low), high) : Math.max(Math.min(middle, low), high);
      ranges[key] = [kept - half, kept + half];
    }
    this.show(ranges);
    this.readout.textContent = factor < 1 ? t`Zoomed in.` : t`Zoomed out.`;
  }

  /** Moves the view by a quarter of its width or height. */
  private pan(right: number, up: number): void {
    const ranges: Record<string, [number, number]> = {};
    for (const [key, { range, fixedrange }] of this.axes()) {
      const by = (key.startsWith('x') ? right : up) * 0.25 * (range[1] - range[0]);
      if (!fixedrange && by !== 0) ranges[key] = [range[0] + by, range[1] + by];
    }
    this.show(ranges);
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrows: Record<string, [number, number]> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, 1],
      ArrowDown: [0, -1],
    };
    if (event.key === 'Escape') this.close();
    else if (event.key === '+' || event.key === '=') this.zoom(0.5);
    else if (event.key === '-' || event.key === '_') this.zoom(2);
    else if (event.key === '0') this.reset();
    else if (event.key in arrows && event.shiftKey) this.pan(...arrows[event.key]);
    else if (event.key in arrows && event.target === this.plot) this.step(...arrows[event.key]);
    else return;
    event.preventDefault();
    // Arrow keys would otherwise turn to another chapter.
    event.stopPropagation();
  }

  /** Moves the cursor to the next point of a line, another line, or the next cell of a heatmap. */
  private step(right: number, up: number): void {
    const traces = this.plot._fullData;
    const open = traces.flatMap((trace, i) => (trace.visible === true && trace.hoverinfo !== 'skip' ? [i] : []));
    if (open.length === 0) return;
    const now = this.cursor && open.includes(this.cursor.curve) ? this.cursor : undefined;
    let curve = now?.curve ?? open[0];
    let index = now?.index ?? [];
    const cells = traces[curve].z;
    if (cells) {
      // Rows of an image count downwards.
      const [from, to] = this.start[`yaxis${(traces[curve].yaxis ?? 'y').slice(1)}`];
      index = nextCell(cells, index, right, from > to ? -up : up);
    } else {
      if (now && up !== 0) curve = open[clamp(open.indexOf(curve) - up, open.length)];
      const { y } = traces[curve];
      const length = y?.length ?? 0;
      let next = clamp((index[0] ?? -1) + right, length);
      while (next > 0 && next < length - 1 && y?.[next] === null) next += right || 1;
      index = [next];
    }
    this.cursor = { curve, index };
    const trace = traces[curve];
    const { xaxis = 'x', yaxis = 'y' } = trace;
    const pointNumber = index.length === 1 ? index[0] : index;
    Plotly.Fx.hover(this.plot, [{ curveNumber: curve, pointNumber }], xaxis + yaxis);
    // Plotly reports hovering by pointer only.
    const at = cells ? [index[1], index[0]] : [index[0], index[0]];
    this.say(trace, trace.x?.[at[0]] ?? at[0], trace.y?.[at[1]] ?? at[1], cells?.[index[0]][index[1]]);
  }

  /** Describes the point at the pointer or cursor. */
  private say(trace: Trace, x: unknown, y: unknown, z?: unknown): void {
    const axis = (ref: string, otherwise: string) => {
      const { title } = this.plot._fullLayout[`${ref[0]}axis${ref.slice(1)}`] as Axis;
      return title?.text?.replace(/<[^>]+>/g, ' ') || otherwise;
    };
    const parts = [
      `${axis(trace.xaxis ?? 'x', t`column`)} ${formatCoordinate(x)}`,
      `${axis(trace.yaxis ?? 'y', t`row`)} ${formatCoordinate(y)}`,
    ];
    if (z !== undefined && z !== null) parts.push(t`value ${formatCoordinate(z)}`);
    // Plotly names traces without a name.
    const name = trace.name && !/^trace \d+$/.test(trace.name) ? `${trace.name}: ` : '';
    this.readout.textContent = name + parts.join(', ');
  }

  /** Turns legend entries into buttons that show and hide traces. */
  private liveLegend(): void {
    for (const item of this.place.querySelectorAll<HTMLElement>('.figure-legend li')) {
      const attributes = { type: 'button', 'aria-pressed': 'true', value: item.dataset.traces ?? '' };
      const button = element('button', attributes, ...item.childNodes);
      button.addEventListener('click', () => {
        button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
        void this.draw();
      });
      item.append(button);
    }
  }

  private toggles(which = ''): HTMLButtonElement[] {
    return Array.from(this.place.querySelectorAll<HTMLButtonElement>(`.figure-legend button${which}`));
  }
}

/** The next cell that has a value: the gaps between the images of a plate have none. */
function nextCell(cells: ArrayLike<number | null>[], from: number[], right: number, down: number): number[] {
  if (from.length !== 2) {
    const first = cells.findIndex((values) => Array.from(values).some((value) => value !== null));
    return first < 0 ? [0, 0] : [first, Array.from(cells[first]).findIndex((value) => value !== null)];
  }
  let [row, column] = from;
  do {
    row += down;
    column += right;
    if (cells[row]?.[column] === undefined) return from;
  } while (cells[row][column] === null);
  return [row, column];
}

const clamp = (value: number, length: number) => Math.min(Math.max(value, 0), Math.max(length - 1, 0));

/** Makes a plate of images zoomable while its pixels stay square. */
function plateAxes(layout: Spec): Spec {
  const axes: Spec = {};
  for (const [key, axis] of Object.entries(layout)) {
    if (!/^[xy]axis\d*$/.test(key)) continue;
    const free = { ...(axis as Spec), fixedrange: false, constrain: 'domain' };
    axes[key] = key.startsWith('y') ? { ...free, scaleanchor: key.replace('yaxis', 'x'), scaleratio: 1 } : free;
  }
  return axes;
}

window.bookLive = (place, figure) => new LiveFigure(place, figure).open();
