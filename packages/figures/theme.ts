/**
 * The type and the theme of all figures: 760 px wide, black on opaque white (which works on light and dark pages and in
 * print), Okabe and Ito's colours (which colour-blind readers can distinguish), and Viridis (which also works in grey).
 */

/** A value of a Plotly specification: plain JSON. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A Plotly specification; https://plotly.com/javascript/reference describes data and layout. */
export interface Figure {
  data: { [key: string]: Json }[];
  layout: { [key: string]: Json };
  /** Alternative text: one sentence about what the figure shows. */
  alt: string;
}

export type Spec = { [key: string]: Json };

/** Title and labels of a figure with two axes. */
export interface Labels {
  title?: string;
  xlabel?: string;
  ylabel?: string;
}

/** Settings of interactive figures: no logo, and no button that uploads the figure to Plotly's servers. */
export const PLOTLY_CONFIG = { displaylogo: false, showSendToCloud: false };

/** The font in the package; browsers without it fall back to Verdana or sans-serif. */
export const FONT_FAMILY = 'DejaVu Sans';

/** Okabe and Ito's palette: blue, vermilion, green, purple, orange, sky, black. */
export const COLORS = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#000000'];

const DASHES = ['solid', 'dash', 'dot', 'dashdot', 'longdash', 'solid', 'dash'];
const SYMBOLS = ['circle', 'square', 'diamond', 'triangle-up', 'x', 'cross', 'star'];

/** The style of curve `i`. From the eighth on, colours repeat with other dashes and symbols. */
export function curveStyle(i: number): { color: string; dash: string; symbol: string } {
  const color = i % COLORS.length;
  const style = (color + Math.floor(i / COLORS.length)) % COLORS.length;
  return { color: COLORS[color], dash: DASHES[style], symbol: SYMBOLS[style] };
}

export const INK = '#222222';
export const PAPER = '#ffffff';
export const GRID = '#e6e6e6';
/** Colour of missing values; not in any colour scale. */
export const GAP = '#c8c8c8';
export const WIDTH = 760;

/** Blue below 0, white at 0, red above (ColorBrewer's RdBu, reversed). */
export const DIVERGING: Json = [
  [0, '#053061'],
  [0.25, '#4393c3'],
  [0.5, '#ffffff'],
  [0.75, '#d6604d'],
  [1, '#67001f'],
];

export function figureLayout(title: string, height: number, more: Spec = {}): Spec {
  return {
    width: WIDTH,
    height,
    title: {
      text: title,
      x: 0.5,
      xanchor: 'center',
      y: 1,
      yanchor: 'top',
      yref: 'container',
      pad: { t: 16 },
      font: { size: 17 },
    },
    font: { family: `${FONT_FAMILY}, Verdana, sans-serif`, size: 13, color: INK },
    paper_bgcolor: PAPER,
    plot_bgcolor: PAPER,
    colorway: COLORS,
    margin: { l: 70, r: 30, t: 56, b: 58 },
    legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1.01, yanchor: 'bottom', bgcolor: 'rgba(255,255,255,0)' },
    hoverlabel: { font: { family: `${FONT_FAMILY}, Verdana, sans-serif` } },
    ...more,
  };
}

export function axis(label: string, more: Spec = {}): Spec {
  return {
    title: { text: label, standoff: 10, font: { size: 14 } },
    showline: true,
    linecolor: INK,
    ticks: 'outside',
    tickcolor: INK,
    gridcolor: GRID,
    zeroline: false,
    mirror: true,
    ...more,
  };
}

/** An axis that is not drawn. */
export const hiddenAxis: Spec = { visible: false, fixedrange: true };

export function colorbar(label: string, more: Spec = {}): Spec {
  return {
    title: { text: label, side: 'right', font: { size: 14 } },
    outlinewidth: 0,
    ticks: 'outside',
    thickness: 16,
    ...more,
  };
}

/** A trace of texts, such as numbers on the cells of a heatmap. */
export const texts = (x: number[], y: number[], text: string[], more: Spec = {}): Spec => ({
  type: 'scatter',
  mode: 'text',
  x,
  y,
  text,
  hoverinfo: 'skip',
  showlegend: false,
  ...more,
});

/** One of several panels above one another. */
export interface Panel {
  /** Title of its vertical axis. */
  label: string;
  /** Height relative to the other panels. */
  share: number;
  yaxis?: Spec;
}

/** The axes of panels above one another, the first on top, which share the horizontal axis. */
export function stacked(panels: readonly Panel[], xlabel: string, xaxis: Spec, gap = 0.06): Spec {
  const free = 1 - gap * (panels.length - 1);
  const shares = panels.reduce((sum, { share }) => sum + share, 0);
  const axes: Spec = {};
  let top = 1;
  for (const [i, { label, share, yaxis }] of panels.entries()) {
    const last = i === panels.length - 1;
    const [id, bottom] = [panelId(i), last ? 0 : top - (share / shares) * free];
    const shown: Spec = last ? {} : { showticklabels: false, ticks: '', matches: `x${panelId(panels.length - 1)}` };
    axes[`xaxis${id}`] = axis(last ? xlabel : '', { ...xaxis, ...shown, anchor: `y${id}` });
    axes[`yaxis${id}`] = axis(label, {
      anchor: `x${id}`,
      domain: [Number(bottom.toFixed(4)), Number(top.toFixed(4))],
      ...yaxis,
    });
    top = bottom - gap;
  }
  return axes;
}

const panelId = (panel: number): string => (panel === 0 ? '' : String(panel + 1));

/** The axes of a trace in a panel, counted from 0. */
export const inPanel = (panel: number): Spec => ({ xaxis: `x${panelId(panel)}`, yaxis: `y${panelId(panel)}` });
