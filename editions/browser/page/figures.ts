/**
 * Draws Plotly figures in outputs, fitted to the page's width and theme, with all updates of live figures (Plotly's own
 * extension draws only the first state).
 */

import { PLOTLY_CONFIG } from '../../../packages/figures/theme';
import { loadScript } from '../../shared/page/dom';
import {
  DARK,
  type Figure,
  legendOf,
  NARROW,
  narrow,
  recolour,
  type Spec,
  titleOf,
  withoutHeading,
} from '../../shared/page/figure-theme';
import type { MimeModel, Modules, RenderMimeRegistry } from './jupyter';

const MIME = 'application/vnd.plotly.v1+json';

interface Plotly {
  react(node: HTMLElement, data: object[], layout: object, config: object): Promise<unknown>;
  purge(node: HTMLElement): void;
}

const plotly = () => (window as unknown as { Plotly?: Plotly }).Plotly;

const isDark = () => document.body.dataset.jpThemeLight === 'false';

/** Height of Plotly's buttons in pixels, which phones always show. */
const BUTTONS = 22;

/** The figure for a phone: without a title, which would be cut off, and with the legend below. */
function narrowed(figure: Figure, width: number): Figure {
  const { data, layout: small } = narrow(withoutHeading(figure), width);
  const margin = small.margin as Spec;
  const layout: Spec = {
    ...small,
    height: (small.height as number) + BUTTONS,
    margin: { ...margin, t: (margin.t as number) + BUTTONS },
    // A finger has to scroll the page.
    dragmode: false,
  };
  const names = legendOf(figure);
  if (names.length === 0) return { data, layout };
  const perRow = Math.max(1, Math.floor(width / (44 + 7 * Math.max(...names.map(({ label }) => label.length)))));
  const room = 20 * Math.ceil(names.length / perRow);
  const legend = { orientation: 'h', x: 0, xanchor: 'left', y: 0, yref: 'container', yanchor: 'bottom' };
  return {
    data,
    layout: {
      ...layout,
      showlegend: true,
      legend: { ...(layout.legend as Spec), ...legend },
      height: (layout.height as number) + room,
      margin: { ...(layout.margin as Spec), b: (margin.b as number) + room },
    },
  };
}

/**
 * The figure fitted to a width, without its title, which is shown above it, where buttons do not cover it.
 */
function fitted(figure: Figure, width: number | undefined): Figure {
  if (width !== undefined && width < NARROW && width !== figure.layout.width) return narrowed(figure, width);
  const { title: _, ...layout } = figure.layout;
  return { ...figure, layout: width === undefined ? layout : { ...layout, width } };
}

/** @param folder URL of the folder of plotly.js, with a slash at the end */
export function addFigures(registry: RenderMimeRegistry, { Widget }: Modules['@lumino/widgets'], folder: string): void {
  /** The figure of one output. */
  class FigureRenderer extends Widget {
    private readonly heading = document.createElement('p');
    private readonly plot = document.createElement('div');
    private model: MimeModel | undefined;
    private isNewer = false;
    private width: number | undefined;
    private drawing: Promise<void> | undefined;
    private readonly sizes = new ResizeObserver(() => this.model && this.widthNow() !== this.width && this.draw());
    private readonly themes = new MutationObserver(() => this.model && this.draw());

    constructor() {
      super({ node: document.createElement('div') });
      this.addClass('lif-figure');
      this.heading.className = 'lif-figure-title';
      this.node.append(this.heading, this.plot);
      this.sizes.observe(this.node);
      this.themes.observe(document.body, { attributeFilter: ['data-jp-theme-light'] });
    }

    renderModel(model: MimeModel): Promise<void> {
      this.model = model;
      return this.draw();
    }

    private figure(): Figure & { config?: object } {
      return this.model?.data[MIME] as Figure & { config?: object };
    }

    /** The current width; undefined for a figure without a set width. A hidden output has no width of its own. */
    private widthNow(): number | undefined {
      const { width } = this.figure().layout;
      return typeof width === 'number' ? Math.min(width, this.node.clientWidth || width) : undefined;
    }

    /** Draws the newest state; states that arrive meanwhile are skipped but for the last. */
    private draw(): Promise<void> {
      this.isNewer = true;
      this.drawing ??= this.drawAll().finally(() => {
        this.drawing = undefined;
      });
      return this.drawing;
    }

    private async drawAll(): Promise<void> {
      // Loaded with the first figure: half a megabyte.
      const missing = 'plotly.js: expected to load it from this site, found nothing; are you online?';
      await loadScript(`${folder}plotly.js`, missing);
      while (this.isNewer && this.model) {
        const whole = this.figure();
        const sentence = [this.model.data['text/plain']].flat().join('');
        this.isNewer = false;
        this.width = this.widthNow();
        const figure = fitted(whole, this.width);
        this.heading.textContent = titleOf(whole).replace(/<[^>]+>/g, ' ');
        const { data: traces, layout } = isDark() ? recolour(figure, DARK) : figure;
        this.node.setAttribute('role', 'figure');
        this.node.setAttribute('aria-label', sentence);
        const config = { ...whole.config, ...PLOTLY_CONFIG };
        // Copies, since Plotly changes its arguments, which belong to the notebook. `uirevision` keeps the reader's zoom.
        const own = { ...structuredClone(layout), uirevision: 'one' };
        await plotly()?.react(this.plot, structuredClone(traces), own, config);
        // The label describes the figure.
        for (const drawn of this.plot.querySelectorAll('svg')) drawn.setAttribute('aria-hidden', 'true');
      }
    }

    override dispose(): void {
      this.sizes.disconnect();
      this.themes.disconnect();
      plotly()?.purge(this.plot);
      super.dispose();
    }
  }
  registry.addFactory({ safe: true, mimeTypes: [MIME], defaultRank: 0, createRenderer: () => new FigureRenderer() });
}
