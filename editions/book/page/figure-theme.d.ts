/**
 * A chapter's figure, fitted to a page: its title and legend become the page's own, its colours those of a light or a
 * dark page, its margins those of a phone. The build draws the pictures with it, the page the live figures.
 */
import { type Figure as Drawn, type Spec } from '../../../packages/figures/theme';

export type { Spec };
/** What a notebook holds of a figure under `application/vnd.plotly.v1+json`. */
export type Figure = Omit<Drawn, 'alt'>;
/** The colours of the figures' theme that stand for something else on a dark page. */
export interface Palette {
  ink: string;
  paper: string;
  grid: string;
  /** The seven colours of traces, in the theme's order. */
  traces: readonly string[];
}
/** The palette of unchanged figures. */
export declare const LIGHT: Palette;
/** The same hues, light enough to be seen on a dark panel. */
export declare const DARK: Palette;
/** Marks in place of colours: a picture is drawn once with these, and they are replaced in its SVG. */
export declare const MARKS: Palette;
/** The figure in the colours of `to`. Colours that it does not have from the theme stay. */
export declare function recolour(figure: Figure, to: Palette): Figure;
/** Replaces the marks of a drawn SVG by colours. */
export declare function paint(svg: string, palette: Palette): string;
/** An entry of the legend, and the traces that it shows and hides. */
export interface LegendItem {
  label: string;
  traces: number[];
  color: string;
  /** A line with this dash, if it is drawn as a line. */
  dash?: string;
  /** A symbol of this name, if it is drawn as points. */
  symbol?: string;
}
/** The legend that Plotly would show: nothing for a single trace, nothing for heatmaps. */
export declare function legendOf({ data, layout }: Figure): LegendItem[];
/** The title of a figure. */
export declare function titleOf({ layout }: Figure): string;
/** Whether a figure is a plate of images, without axes: their pixels have to stay squares. */
export declare function isPlate({ layout }: Figure): boolean;
/** The figure without what the page shows above it: title and legend. Its height shrinks by what they took. */
export declare function withoutHeading(figure: Figure): Figure;
/** The figure for a column of `width` pixels: smaller letters and margins, and lower, in proportion where it must be. */
export declare function narrow(figure: Figure, width: number): Figure;
