#!/usr/bin/env node
// Links of the texts to other sites, compared with links.csv, which keeps what each page answered and on which day. So
// that a link has been looked at can be tested without a network; `--ask` asks all pages again.
import { readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { command } from '../../packages/system/options.mjs';
import { runProgram } from '../../packages/system/program.mjs';
import { filesUnder, root, UserError, writeWhole } from '../../packages/system/project.mjs';

const LIST = 'tools/checks/links.csv';
const HEAD = 'address,day,answer';
/** The answer of a page that nobody has been able to ask. */
const NOT_ASKED = 'not asked';

/**
 * The addresses on other sites that a text links to. Code is not a link, and neither is an address in plain text.
 * @param {string} markdown
 */
export function linksIn(markdown) {
  const text = markdown.replace(/^```[\s\S]*?^```|`[^`\n]+`/gm, '');
  const found =
    /\]\(\s*<?(https?:\/\/(?:[^\s()<>]|\([^\s()<>]*\))+)|<(https?:\/\/[^\s<>]+)>|\shref="(https?:\/\/[^"]+)"/g;
  return [...text.matchAll(found)]
    .map(([, target, bare, href]) => target ?? bare ?? href)
    .filter((address) => !/^http:\/\/(127\.0\.0\.1|localhost)\b/.test(address));
}

/**
 * What is linked to, with the texts that do.
 * @param {string} folder the clone, or a copy of it
 * @returns {Map<string, string[]>}
 */
export function linksOf(folder = root) {
  const below = ['notebooks', 'src', 'packages', 'hosts', 'editions', 'tools', 'translations'].flatMap((name) =>
    filesUnder(join(folder, name)).map((file) => posix.join(name, ...file.split(sep))),
  );
  const front = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CODE_OF_CONDUCT.md', 'environment.md'];
  const texts = below.filter(
    (file) => /\.(md|ipynb)$/.test(file) && !/(^|\/)(test|my|node_modules|\.ipynb_checkpoints)\//.test(file),
  );
  /** @type {Map<string, string[]>} */
  const links = new Map();
  for (const file of [...front, ...texts]) {
    const text = readFileSync(join(folder, file), 'utf8');
    /** @type {{ cell_type: string, source: string | string[] }[]} */
    const cells = file.endsWith('.ipynb') ? JSON.parse(text).cells : [{ cell_type: 'markdown', source: text }];
    const prose = cells
      .filter(({ cell_type }) => cell_type === 'markdown')
      .map(({ source }) => [source].flat().join(''));
    for (const address of new Set(prose.flatMap(linksIn))) links.set(address, [...(links.get(address) ?? []), file]);
  }
  return new Map([...links].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The kept list: day and answer by address.
 * @param {string} folder
 * @returns {Map<string, { day: string, answer: string }>}
 */
export function keptLinks(folder = root) {
  const [head, ...lines] = readFileSync(join(folder, LIST), 'utf8').trimEnd().split(/\r?\n/);
  if (head !== HEAD) throw new UserError(`${LIST}: expected the line ${HEAD}, found ${head}`);
  return new Map(
    lines.map((line, i) => {
      const [, address, day, answer] = /^(\S+),(\d{4}-\d\d-\d\d),(.+)$/.exec(line) ?? [];
      if (!address) throw new UserError(`${LIST}: line ${i + 2}: expected ${HEAD}, found ${line}`);
      return [address, { day, answer }];
    }),
  );
}

/**
 * What a page answers: its status, and where it leads if it has moved. Undefined if there is no way to it from here.
 * @param {string} address
 * @returns {Promise<string | undefined>}
 */
export async function ask(address) {
  try {
    const signal = AbortSignal.timeout(20_000);
    const response = await fetch(address, { redirect: 'manual', signal, headers: { 'user-agent': 'lif-fc-mnist' } });
    await response.body?.cancel();
    const to = response.headers.get('location');
    return to ? `${response.status} to ${new URL(to, address).href}` : `${response.status}`;
  } catch {
    return undefined;
  }
}

/**
 * The list as it is to be: an answer that is not to be had now stays as it was.
 * @param {Iterable<string>} addresses
 * @param {ReturnType<typeof keptLinks>} kept
 * @param {string} day
 * @param {typeof ask} asking
 */
export async function renewed(addresses, kept, day, asking = ask) {
  /** @type {ReturnType<typeof keptLinks>} */
  const list = new Map();
  for (const address of addresses) {
    const answer = await asking(address);
    const former = kept.get(address) ?? { day, answer: NOT_ASKED };
    list.set(address, answer === undefined ? former : { day, answer });
  }
  return list;
}

/**
 * Whether a page is gone or moved for good. Many sites refuse programs by 403 or 429, which says nothing of the page.
 */
const isBroken = (/** @type {string} */ answer) => /^(404|410|5\d\d|301|308)/.test(answer);

async function main() {
  const { ask: isAsking } = command('node tools/checks/links.mjs', 'links')
    .description('Compares the links of the texts to other sites with the kept list, without a network.')
    .option('--ask', 'asks every page, and writes the list anew; what cannot be reached keeps its former answer')
    .parse()
    .opts();
  const links = linksOf();
  let kept = keptLinks();
  if (isAsking) {
    kept = await renewed(links.keys(), kept, new Date().toISOString().slice(0, 10));
    const lines = [...kept].map(([address, { day, answer }]) => `${address},${day},${answer}`);
    writeWhole(join(root, LIST), `${[HEAD, ...lines].join('\n')}\n`);
  }
  const problems = [
    ...[...links]
      .filter(([address]) => !kept.has(address))
      .map(([address, texts]) => `${address}: new in ${texts.join(', ')}`),
    ...[...kept.keys()]
      .filter((address) => !links.has(address))
      .map((address) => `${address}: no text links to it any more`),
    ...[...kept]
      .filter(([, { answer }]) => isBroken(answer))
      .map(
        ([address, { day, answer }]) =>
          `${address}: answered ${answer} on ${day}, in ${(links.get(address) ?? []).join(', ')}`,
      ),
  ];
  for (const problem of problems) console.log(problem);
  const unasked = [...kept.values()].filter(({ answer }) => answer === NOT_ASKED).length;
  console.log(`links: ${links.size} to other sites, ${unasked} never asked, ${problems.length} to look at`);
  if (problems.length > 0 && !isAsking)
    console.log('links: with a network, `node tools/checks/links.mjs --ask` asks them all');
  process.exitCode = problems.length > 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runProgram('links', main);
