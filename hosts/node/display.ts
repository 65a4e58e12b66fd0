/**
 * For programs, and for cells with their own loops: `import … from 'lif-fc-mnist/display'`.
 */
export { liveCurve } from '../../packages/figures';
export { renderPng, renderSvg, saveFigure } from '../../packages/figures/node/render';
export { Interruption } from '../contract/interruption';
export { progressBar } from './notebook/cell';
export { interruptible, liveFigure, show } from './notebook/display';
export { openWindow } from './notebook/window';
