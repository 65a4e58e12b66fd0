/** The drawings in notebooks/images: readable, and safe as an <img> on any page. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { before, describe, test } from 'node:test';
import { createCanvas, GlobalFonts } from '@napi-rs/canvas';
import { JSDOM } from 'jsdom';
import { WIDTH } from '../../../../packages/figures/theme';

const root = resolve(__dirname, '..', '..', '..', '..');
const images = join(root, 'notebooks', 'images');
const NAMES = readdirSync(images)
  .filter((file) => file.endsWith('.svg'))
  .map((file) => file.slice(0, -'.svg'.length));
const SMALLEST_TYPE = 16;

const window = new JSDOM('').window;
/** The elements of a drawing; JSDOM's XML parser refuses what is not well-formed. */
function parse(name: string): Element {
  const text = readFileSync(join(images, `${name}.svg`), 'utf8');
  const document = new window.DOMParser().parseFromString(text, 'image/svg+xml');
  assert.equal(document.querySelector('parsererror')?.textContent, undefined, `${name}.svg`);
  return document.documentElement;
}

const number = (element: Element, attribute: string) => Number(element.getAttribute(attribute));

/** Where a line of text stands: as wide as in DejaVu Sans and 5 % more, for a page that has Verdana only. */
function textBox(element: Element) {
  const context = createCanvas(1, 1).getContext('2d');
  const size = number(element, 'font-size');
  context.font = `${element.getAttribute('font-weight') ?? 'normal'} ${size}px "DejaVu Sans"`;
  const width = context.measureText(element.textContent ?? '').width * 1.05;
  const share = { start: 0, middle: 0.5, end: 1 }[element.getAttribute('text-anchor') ?? 'start'] ?? 0;
  const left = number(element, 'x') - share * width;
  const baseline = number(element, 'y');
  return { left, right: left + width, top: baseline - 0.76 * size, bottom: baseline + 0.22 * size };
}

before(() => {
  const fonts = join(dirname(createRequire(__filename).resolve('dejavu-fonts-ttf/package.json')), 'ttf');
  for (const file of ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf']) {
    assert.ok(GlobalFonts.registerFromPath(join(fonts, file), 'DejaVu Sans'), `font ${file}`);
  }
});

for (const name of NAMES) {
  describe(`${name}.svg`, () => {
    const svg = parse(name);
    const elements = [...svg.querySelectorAll('*')];
    const texts = elements.filter((element) => element.tagName === 'text');

    test('is an image with a title and a description', () => {
      assert.equal(svg.getAttribute('role'), 'img');
      assert.equal(svg.getAttribute('aria-labelledby'), `${name}-title ${name}-desc`);
      for (const [tag, least] of Object.entries({ title: 15, desc: 100 })) {
        const element = svg.querySelector(`:scope > ${tag}#${name}-${tag}`);
        assert.ok((element?.textContent ?? '').length >= least, `${tag}: ${element?.textContent}`);
      }
    });

    test('holds shapes and text alone: no script, no style, no address', () => {
      const allowed = new Set(['title', 'desc', 'g', 'path', 'rect', 'circle', 'text']);
      assert.equal(svg.getAttribute('xmlns'), 'http://www.w3.org/2000/svg');
      for (const element of elements) assert.ok(allowed.has(element.tagName), `<${element.tagName}>`);
      for (const element of [svg, ...elements]) {
        for (const { name: attribute, value } of element.attributes) {
          if (attribute === 'xmlns') continue;
          assert.doesNotMatch(attribute, /^(?:on|style$|class$|.*href)/);
          assert.doesNotMatch(value, /:|url\(|NaN|undefined|Infinity/, `${attribute}="${value}"`);
        }
      }
    });

    test('stands on an opaque panel, so that dark pages do not swallow its lines', () => {
      const panel = svg.querySelector(':scope > rect');
      assert.equal(svg.querySelector(':scope > :not(title, desc)'), panel);
      assert.equal(panel?.getAttribute('fill'), '#fbfaf7');
      assert.equal(panel?.getAttribute('fill-opacity'), null);
      assert.equal(panel && number(panel, 'width'), WIDTH - 1);
    });

    test('has text that is large enough, inside the frame, and nowhere on other text', () => {
      const height = number(svg, 'height');
      const boxes = texts.map((element) => ({ text: element.textContent, ...textBox(element) }));
      for (const [i, box] of boxes.entries()) {
        assert.ok(number(texts[i], 'font-size') >= SMALLEST_TYPE, `"${box.text}" is too small`);
        assert.ok(
          box.left >= 12 && box.right <= WIDTH - 12 && box.top >= 12 && box.bottom <= height - 12,
          `"${box.text}" leaves the frame: ${JSON.stringify(box)}`,
        );
        for (const other of boxes.slice(i + 1)) {
          const apart =
            box.right + 4 < other.left ||
            other.right + 4 < box.left ||
            box.bottom < other.top ||
            other.bottom < box.top;
          assert.ok(apart, `"${box.text}" meets "${other.text}"`);
        }
      }
    });
  });
}
