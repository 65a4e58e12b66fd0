// Charts by Vega-Lite, which JupyterLab draws itself. A module finds the kernel under this symbol.
const kernel = globalThis[Symbol.for('jupyterlite-typescript-kernel')];

const LOOK = {
  font: 'system-ui, sans-serif',
  view: { stroke: null },
  axis: { gridColor: '#eee', domainColor: '#888', tickColor: '#888', labelColor: '#444', titleFontWeight: 'normal' },
  title: { anchor: 'start', fontSize: 14 },
  range: { category: ['#3178c6', '#e8743b', '#2a9d6f', '#8a63d2'] },
};

/** Draws a specification of Vega-Lite (https://vega.github.io/vega-lite/docs/) below the cell. */
export function plot(spec) {
  const whole = { $schema: 'https://vega.github.io/schema/vega-lite/v5.json', config: LOOK, ...spec };
  kernel.display({ data: { 'application/vnd.vegalite.v5+json': whole, 'text/plain': spec.title ?? 'chart' } });
}
