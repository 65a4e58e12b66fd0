// Serves a bundle, and the browser edition, to a room: files only, to be read only.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { escapeHtml } from '../../../packages/system/html.mjs';
import { networkAddresses } from '../../../packages/system/listening.mjs';
import { UserError } from '../../../packages/system/project.mjs';
import { fingerprintOf } from '../../../tools/setup/bundle.mjs';
import { serve as serveFolder } from '../../shared/serve.mjs';

/**
 * The addresses under which others reach this machine.
 * @param {string} host
 * @param {number} port
 */
function addresses(host, port) {
  const all = host === '0.0.0.0' || host === '::';
  const names = all ? networkAddresses() : [host.includes(':') ? `[${host}]` : host];
  return (names.length > 0 ? names : ['127.0.0.1']).map((name) => `http://${name}:${port}/`);
}

/**
 * @param {string} setUp the line that learners type; empty without a bundle
 * @param {Record<string, string>} kinds of machines
 * @param {boolean} hasProject
 * @param {boolean} hasLite
 */
function page(setUp, kinds, hasProject, hasLite) {
  const items = [];
  if (hasLite) items.push('<li><a href="lite/">The browser edition</a>: nothing to install.</li>');
  if (hasProject) items.push('<li><a href="lif-fc-mnist.zip">The project</a>, to unpack.</li>');
  if (setUp) {
    items.push(
      `<li>Then, in its folder: <pre>${escapeHtml(setUp)}</pre>For ${escapeHtml(Object.keys(kinds).join(', '))}.</li>`,
    );
    items.push('<li><a href="README.txt">README.txt</a> says more.</li>');
  }
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>lif-fc-mnist</title><h1>lif-fc-mnist</h1><ul>${items.join('\n')}</ul></html>\n`;
}

/**
 * Serves until the process ends.
 * @param {object} options
 * @param {string} options.folder the bundle, at /
 * @param {string} options.built where the browser edition and the book are, served at /lite/ and /book/ if they are
 * there
 * @param {string} options.host
 * @param {number} options.port
 */
export async function serve({ folder, built, host, port }) {
  const kindsFile = join(folder, 'kinds.json');
  const hasBundle = existsSync(kindsFile);
  const hasLite = existsSync(join(built, 'lite', 'index.html'));
  if (!hasBundle && !hasLite) {
    throw new UserError(
      `${folder}: expected a bundle, found none; make one with \`npm run setup -- --bundle\`, or \`npm run lite\``,
    );
  }
  /** @type {Record<string, string>} */
  const pages = {};
  const options = { host, instead: pages, ...(hasBundle ? { next: folder } : {}), only: ['lite', 'book'] };
  const server = await serveFolder(built, port, '', options).catch((error) => {
    const what = error.code === 'EADDRINUSE' ? 'choose another --port' : 'choose another --host';
    throw new UserError(`cannot serve at ${host}:${port} (${error.code}): ${what}`);
  });
  const kindsText = hasBundle ? readFileSync(kindsFile, 'utf8') : '{}';
  const own = addresses(host, server.port);
  const setUp = hasBundle ? `npm run setup -- --from ${own[0]}#${fingerprintOf(kindsText)}` : '';
  pages['/'] = page(setUp, JSON.parse(kindsText), existsSync(join(folder, 'lif-fc-mnist.zip')), hasLite);
  console.log(`Serving ${hasBundle ? folder : 'the browser edition'} at ${own.join(' and ')}`);
  if (hasLite) console.log(`The browser edition: ${own[0]}lite/`);
  else console.log('The browser edition is not built (`npm run lite`), so it is not served.');
  if (setUp) console.log(`For the room:        ${setUp}`);
  if (host === '127.0.0.1')
    console.log('Only this machine reaches it. For others: --host 0.0.0.0, or the address of this machine.');
  console.log('Ctrl-C ends it.');
}
