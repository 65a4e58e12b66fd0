/** Draws Plotly figures in outputs. Unlike Plotly's own extension it draws every update of an output, as a live figure needs. */
import type { MimeModel, Modules, RenderMimeRegistry } from './jupyter';

const MIME = 'application/vnd.plotly.v1+json';

interface Specification {
  data: object[];
  layout: object;
  config?: object;
}

interface Plotly {
  react(node: HTMLElement, data: object[], layout: object, config: object): Promise<unknown>;
  purge(node: HTMLElement): void;
}

let plotly: Promise<Plotly> | undefined;

/** Loaded with the first figure: half a megabyte that no reader needs before. */
function loadPlotly(folder: string): Promise<Plotly> {
  plotly ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = `${folder}plotly.js`;
    script.onload = () => resolve((window as unknown as { Plotly: Plotly }).Plotly);
    script.onerror = () => {
      plotly = undefined;
      reject(new Error('plotly.js: expected to load it from this site, found nothing; are you online?'));
    };
    document.head.append(script);
  });
  return plotly;
}

/** @param folder where plotly.js is, with a slash at its end */
export function addFigures(registry: RenderMimeRegistry, { Widget }: Modules['@lumino/widgets'], folder: string): void {
  class FigureRenderer extends Widget {
    private waiting: MimeModel | undefined;
    private drawing: Promise<void> | undefined;

    constructor() {
      super({ node: document.createElement('div') });
      this.addClass('lif-figure');
    }

    /** Draws the newest of the states that came while one was drawn. */
    renderModel(model: MimeModel): Promise<void> {
      this.waiting = model;
      this.drawing ??= this.drawAll().finally(() => {
        this.drawing = undefined;
      });
      return this.drawing;
    }

    private async drawAll(): Promise<void> {
      const { react } = await loadPlotly(folder);
      while (this.waiting) {
        const { data } = this.waiting;
        this.waiting = undefined;
        const { data: traces, layout, config } = data[MIME] as Specification;
        this.node.setAttribute('role', 'figure');
        this.node.setAttribute('aria-label', [data['text/plain']].flat().join(''));
        // Copies: Plotly writes into what it is given, and this is the notebook's own.
        await react(this.node, structuredClone(traces), structuredClone(layout), { ...config });
      }
    }

    override dispose(): void {
      plotly?.then(({ purge }) => purge(this.node));
      super.dispose();
    }
  }
  registry.addFactory({ safe: true, mimeTypes: [MIME], defaultRank: 0, createRenderer: () => new FigureRenderer() });
}
