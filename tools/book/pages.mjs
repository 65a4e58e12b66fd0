// What is done to Sphinx's pages: formulas are set, and what scrolls sideways can be reached with the keyboard.
import katex from 'katex';
import { SetupError } from '../setup/project.mjs';

const ENTITIES = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&#x27;': "'" };
const decode = (html) => html.replace(/&(?:amp|lt|gt|quot|#39|#x27);/g, (entity) => ENTITIES[entity]);

function formula(tex, displayMode, page) {
  try {
    return katex.renderToString(decode(tex), { displayMode, throwOnError: true, strict: 'error' });
  } catch (error) {
    throw new SetupError(`${page}: formula ${tex.trim()}: ${error.message.split('\n')[0]}`);
  }
}

export function finishPage(html, page) {
  return html
    .replace(/<span class="tex">([^<]*)<\/span>/g, (_, tex) => formula(tex, false, page))
    .replace(
      /<div class="tex">([^<]*)<\/div>/g,
      (_, tex) => `<div class="formula" tabindex="0">${formula(tex, true, page)}</div>`,
    )
    .replaceAll('<p class="caption" role="heading">', '<p class="caption" role="heading" aria-level="2">')
    .replaceAll('<pre>', '<pre tabindex="0">');
}

/** KaTeX's style sheet with the one format of fonts that every browser of today reads. */
export const katexCss = (css) => css.replace(/,url\(fonts\/[^)]+\.(?:woff|ttf)\) format\("\w+"\)/g, '');
