// A wheel: what pip installs, a zip with a list of its files. JupyterLite and JupyterLab find an extension in
// `share/jupyter/labextensions/` of the Python that they run on.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { zipSync } from 'fflate';
import { addressesOf } from '../../system/addresses.mjs';
import { filesUnder } from '../../system/project.mjs';

/** The first time that a zip can name, which has no zones: the same sources give the same bytes. */
const firstTime = () => new Date(1980, 0, 1);
/** A zip's Unix mode of a file: a plain file that anyone may read. */
const PLAIN = 0o100644 << 16;
const UNIX = 3;

/** @param {Uint8Array | string} content */
const bytesOf = (content) => (typeof content === 'string' ? Buffer.from(content) : content);

/** A line of RECORD. @param {string} name @param {Uint8Array} bytes */
const record = (name, bytes) =>
  `${name},sha256=${createHash('sha256').update(bytes).digest('base64url')},${bytes.length}\n`;

/**
 * The wheel's name and bytes.
 * @param {object} options
 * @param {string} options.extension folder of the built extension
 * @param {string} options.source folder of the package: its package.json, README.md, CHANGELOG.md and LICENSE
 */
export function makeWheel({ extension, source }) {
  const text = (/** @type {string} */ name) => readFileSync(join(source, name), 'utf8');
  const manifest = JSON.parse(text('package.json'));
  const { name, version, description, license, keywords } = manifest;
  const { homepage, repository, issues } = addressesOf(manifest);
  const module = name.replaceAll('-', '_');
  const info = `${module}-${version}.dist-info`;
  const share = `${module}-${version}.data/data/share/jupyter/labextensions/${name}`;
  const bundled = readFileSync(join(extension, 'static', 'LICENSES.txt'));

  /** @type {Record<string, Uint8Array | string>} */
  const files = {
    [`${module}/__init__.py`]: `"""${description}: an extension that JupyterLite finds by itself."""\n\n__version__ = "${version}"\n`,
    [`${share}/install.json`]: `${JSON.stringify(
      {
        packageManager: 'python',
        packageName: module,
        uninstallInstructions: `Use your Python package manager: pip uninstall ${name}`,
      },
      null,
      2,
    )}\n`,
    [`${info}/METADATA`]: [
      'Metadata-Version: 2.4',
      `Name: ${name}`,
      `Version: ${version}`,
      `Summary: ${description}`,
      `License-Expression: ${license}`,
      'License-File: LICENSE',
      'License-File: LICENSES.txt',
      `Keywords: ${keywords.join(',')}`,
      'Classifier: Framework :: Jupyter',
      'Classifier: Framework :: Jupyter :: JupyterLab',
      'Classifier: Framework :: Jupyter :: JupyterLab :: Extensions',
      'Classifier: Framework :: Jupyter :: JupyterLab :: Extensions :: Prebuilt',
      'Requires-Python: >=3.9',
      ...Object.entries({ Homepage: homepage, Source: repository, Issues: issues })
        .filter(([, url]) => url)
        .map(([label, url]) => `Project-URL: ${label}, ${url}`),
      'Description-Content-Type: text/markdown',
      '',
      text('README.md'),
      text('CHANGELOG.md'),
    ].join('\n'),
    [`${info}/WHEEL`]: `Wheel-Version: 1.0\nGenerator: ${name}\nRoot-Is-Purelib: true\nTag: py3-none-any\n`,
    [`${info}/licenses/LICENSE`]: text('LICENSE'),
    [`${info}/licenses/LICENSES.txt`]: bundled,
  };
  for (const path of filesUnder(extension)) {
    files[`${share}/${path.split(sep).join('/')}`] = readFileSync(join(extension, path));
  }
  // By code point, wherever it is built; the list comes last, as pip's own tools write it.
  const sorted = Object.keys(files).sort();
  const list = sorted.map((path) => record(path, bytesOf(files[path]))).join('');
  const all = [
    ...sorted.map((path) => [path, bytesOf(files[path])]),
    [`${info}/RECORD`, Buffer.from(`${list}${info}/RECORD,,\n`)],
  ];
  const zip = zipSync(
    Object.fromEntries(
      all.map(([path, bytes]) => [path, [/** @type {Uint8Array} */ (bytes), { attrs: PLAIN, os: UNIX }]]),
    ),
    { level: 9, mtime: firstTime() },
  );
  return { file: `${module}-${version}-py3-none-any.whl`, bytes: zip };
}
