/**
 * Draws Plotly figures in outputs: as wide as the page allows, in the colours of its theme, and each state of a live
 * figure (Plotly's own extension draws only the first).
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

/** Pixels for Plotly's buttons, which a phone shows all the time. */
const BUTTONS = 22;

/** A phone's figure: without a title, which would be cut off, and with its legend below. */
function narrowed(figure: Figure, width: number): Figure {
  const { data, layout: small } = narrow(withoutHeading(figure), width);
  const margin = small.margin as Spec;
  const layout: Spec = {
    ...small,
    height: (small.height as number) + BUTTONS,
    margin: { ...margin, t: (margin.t as number) + BUTTONS },
    // A finger scrolls the page.
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
 * The figure as wide as its place, or as it was made to be if that is less; its title stands above it, where no button
 * covers it.
 */
function fitted(figure: Figure, width: number | undefined): Figure {
  if (width !== undefined && width < NARROW && width !== figure.layout.width) return narrowed(figure, width);
  const { title: _, ...layout } = figure.layout;
  return { ...figure, layout: width === undefined ? layout : { ...layout, width } };
}

/** @param folder where plotly.js is, with a slash at its end */
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

    /** Undefined for a figure without a set width. Before the page shows the output it has no width. */
    private widthNow(): number | undefined {
      const { width } = this.figure().layout;
      return typeof width === 'number' ? Math.min(width, this.node.clientWidth || width) : undefined;
    }

    /** Draws the newest of the states that came while one was drawn. */
    private draw(): Promise<void> {
      this.isNewer = true;
      this.drawing ??= this.drawAll().finally(() => {
        this.drawing = undefined;
      });
      return this.drawing;
    }

    private async drawAll(): Promise<void> {
      // With the first figure: half a megabyte that no reader needs before.
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
        // Copies: Plotly writes into what it is given, and this is the notebook's own. What a reader zoomed stays.
        const own = { ...structuredClone(layout), uirevision: 'one' };
        await plotly()?.react(this.plot, structuredClone(traces), own, config);
        // The sentence above says what there is to see.
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
