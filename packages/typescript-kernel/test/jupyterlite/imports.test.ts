/** From where a cell imports. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { importFailure } from '../../jupyterlite/src/cells/import-failure';
import { moduleAt, urlOf } from '../../jupyterlite/src/imports';

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

  const failure = (error: Error, name: string, url: string) => String(importFailure(error, name, url));
  const withStack = (error: Error, stack = String(error)) => Object.assign(error, { stack });
  /** As Chromium says that a module could not be fetched; the words are those of no browser. */
  const notThere = withStack(new TypeError('no'));
  const GONE = 'http://127.0.0.1:1/files/';

  test('says that it did not load, and from where', () => {
    const url = `${GONE}a.js`;
    assert.equal(
      failure(notThere, url, url),
      `Error: Cannot load '${url}': no network, no such file, or a host that lets no other site use it`,
    );
    const long = `data:${'x'.repeat(5000)}`;
    assert.ok(failure(notThere, long, long).length < 300);
  });

  test('says of a file that what was uploaded is not there, and that an ending is missing', () => {
    const expected = (name: string) =>
      `Error: Cannot load '${name}' from ${GONE}${name.slice(2)}: no network, no such file in the site as it was built (what is uploaded or made in a page is not there), or one that imports a module by its name, as only a cell can`;
    assert.equal(failure(notThere, './a.js', `${GONE}a.js`), expected('./a.js'));
    assert.equal(failure(notThere, './a', `${GONE}a`), `${expected('./a')}; is the ending missing, './a.js'?`);
  });

  test('names the file that has a fault in its text, and leaves what a module throws as it is', () => {
    assert.equal(
      failure(withStack(new SyntaxError("Unexpected token ';'")), './a.js', `${GONE}a.js`),
      "SyntaxError: Unexpected token ';', in './a.js' or a file that it imports",
    );
    const thrown = withStack(new SyntaxError('no'), 'SyntaxError: no\n    at read (a.js)');
    for (const error of [thrown, new TypeError('Failed to fetch'), withStack(new RangeError('Failed to load'))]) {
      assert.equal(importFailure(error, './a.js', `${GONE}a.js`), error);
    }
  });
});

describe('The name of a module in a line that is not finished', () => {
  /** The text and its replacement; `|` is the cursor. */
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
    for (const code of [
      "const x = 'thi|ngs';",
      "import x from 'things';|",
      "from(x, 'a|')",
      "Array.from('a|')",
      'Buffer.from("a|',
      "from('a|')",
      "page.import('a|')",
      '|',
    ])
      assert.equal(at(code), undefined, code);
  });
});
