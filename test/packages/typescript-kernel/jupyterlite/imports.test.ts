/** From where a cell imports. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadFailure, moduleAt, urlOf } from '../../../../packages/typescript-kernel/jupyterlite/src/imports';

const folder = 'http://localhost/site/files/deep/';
const modules = { things: 'http://localhost/site/files/things.js' };

describe('What a cell imports', () => {
  test('is a module of the settings, a URL, or a file beside the notebook', () => {
    assert.equal(urlOf('things', { modules }, folder), modules.things);
    for (const url of ['https://example.org/a.js', 'http://127.0.0.1/a.js', 'data:text/javascript,export default 1']) {
      assert.equal(urlOf(url, { modules }, folder), url);
    }
    assert.equal(urlOf('./a.js', { modules }, folder), `${folder}a.js`);
    assert.equal(urlOf('../a.js', { modules }, folder), 'http://localhost/site/files/a.js');
  });

  test('comes from a CDN by its name, if the site names one, and never takes the place of a module of the settings', () => {
    assert.equal(urlOf('lodash-es', { modules, cdn: 'https://esm.sh/' }, folder), 'https://esm.sh/lodash-es');
    const cdn = 'https://cdn.jsdelivr.net/npm/{name}/+esm';
    assert.equal(urlOf('@scope/a@1', { modules, cdn }, folder), 'https://cdn.jsdelivr.net/npm/@scope/a@1/+esm');
    assert.equal(urlOf('things', { modules, cdn }, folder), modules.things);
  });

  test('is refused in one line that says what there is', () => {
    assert.throws(
      () => urlOf('lodash', { modules }, folder),
      /^Error: Cannot find module 'lodash'\. This page has 'things'\. A URL can be imported, too\.$/,
    );
    assert.throws(
      () => urlOf('./a.ts', { modules }, folder),
      /^Error: Cannot import '\.\/a\.ts': .*import the \.js file$/,
    );
  });

  test('says that it did not load, and from where', () => {
    assert.match(
      loadFailure('./a.js', `${folder}a.js`),
      /^Cannot load '\.\/a\.js' from http.*a\.js: no network, no such file/,
    );
    assert.ok(loadFailure(`data:${'x'.repeat(5000)}`, `data:${'x'.repeat(5000)}`).length < 300);
  });
});

describe('The name of a module in a line that is not finished', () => {
  /** The text and what stands in for it; `|` is the cursor. */
  const at = (marked: string) => {
    const code = marked.replace('|', '');
    const found = moduleAt(code, marked.indexOf('|'));
    return found && [found.text, code.slice(found.start, found.end)];
  };

  test('is found behind from, import and import(', () => {
    assert.deepEqual(at("import x from '|"), ['', '']);
    assert.deepEqual(at("import x from 'thi|ngs';"), ['thi', 'things']);
    assert.deepEqual(at('import {\n  x,\n} from "./a|b";\nf("c");'), ['./a', './ab']);
    assert.deepEqual(at("import './a|\nf('c')"), ['./a', './a']);
    assert.deepEqual(at("const x = await import('t|');"), ['t', 't']);
  });

  test('is no other text', () => {
    for (const code of ["const x = 'thi|ngs';", "import x from 'things';|", "from(x, 'a|')", '|'])
      assert.equal(at(code), undefined);
  });
});
