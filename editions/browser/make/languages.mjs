// The site in another language, below it in a folder: its own pages, settings and scripts; all else is the site's own.
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JSDOM } from 'jsdom';
import {
  chapterNames,
  filesUnder,
  readJson,
  root,
  UserError,
  venvPython,
  writeJson,
  writeWhole,
} from '../../../packages/system/project.mjs';
import { run } from '../../../packages/system/run.mjs';
import { readPhrases, translateDocument, translateScript } from '../../../translations/phrases.mjs';
import { folderOf, LANGUAGES } from '../../../translations/twins.mjs';
import { readChapter } from '../../shared/copies.mjs';
import { LOCALES, translator } from '../../shared/translated.mjs';
import { APPS, frontPage } from './pages.mjs';

/** Whose sentences scripts and pages of the site say. Those of other pages may have words of programs for keys. */
const PHRASES = ['lite', 'tab'];
const CONFIG = 'jupyter-config-data';
/** What belongs to a language alone, by its path below the site. */
export const isOf = (/** @type {string} */ language, /** @type {string} */ path) =>
  new RegExp(`^(?:files|api/contents)/${language}/|[./]${language}(?:_[A-Z]+)?\\.(?:js|json)$`).test(path);

/** A page's addresses, as they are from a folder further down. */
const lower = (/** @type {string} */ html) =>
  html.replace(/(["'])\.\.\//g, '$1../../').replace('-lite-root=".."', '-lite-root="../.."');

/**
 * A document in the language.
 * @param {string} html
 * @param {string} language
 * @param {(document: Document) => void} [change]
 */
function translatePage(html, language, change = () => {}) {
  const dom = new JSDOM(html);
  const { document } = dom.window;
  document.documentElement.lang = LOCALES[language].replace('_', '-');
  translateDocument(document.documentElement, readPhrases(language, PHRASES));
  change(document);
  return dom.serialize();
}

/** JupyterLab's own words, of which the pages here need two parts. @param {string} site */
async function writeWords(site) {
  const program = `import json, sys
from jupyterlab_server.translation_utils import get_language_pack, get_language_packs
folder, *locales = sys.argv[1:]
def write(name, data):
    with open(f'{folder}/{name}.json', 'w') as file: json.dump({'data': data, 'message': ''}, file, ensure_ascii=False)
write('all', {k: v for k, v in get_language_packs()[0].items() if k in ['en', *locales]})
for locale in locales: write(locale, {k: v for k, v in get_language_pack(locale)[0].items() if k in ['jupyterlab', 'notebook']})`;
  const folder = join(site, 'api', 'translations');
  const { code, lines } = await run(venvPython, ['-X', 'utf8', '-c', program, folder, ...Object.values(LOCALES)]);
  const missing = Object.values(LOCALES).find((locale) => !readJson(join(folder, `${locale}.json`))?.data.jupyterlab);
  if (code !== 0 || missing)
    throw new UserError(`no words of JupyterLab in ${missing}: ${lines.at(-1) ?? 'run `npm run setup`'}`);
}

/** The page's extension in a language, beside the English one. @param {string} folder @param {string} language */
function translateScripts(folder, language) {
  const phrases = readPhrases(language, PHRASES);
  for (const [from, to] of [
    [
      'extensions/lif-fc-mnist-lite/static/remoteEntry.js',
      `extensions/lif-fc-mnist-lite/static/remoteEntry.${language}.js`,
    ],
    ['extensions/lif-fc-mnist-lite/static/files.js', `extensions/lif-fc-mnist-lite/static/files.${language}.js`],
    ['lif-fc-mnist/progress.js', `lif-fc-mnist/progress.${language}.js`],
  ])
    writeWhole(join(folder, to), translateScript(readFileSync(join(folder, from), 'utf8'), phrases));
}

/**
 * Writes the pages of each language into a site whose own are finished. Each page names the extension that speaks its
 * language, since lists of extensions are joined on the way from the site's settings to those of a page.
 * @param {string} site
 */
export async function writeLanguages(site) {
  await writeWords(site);
  const file = join(site, 'jupyter-lite.json');
  const settings = readJson(file);
  const data = settings[CONFIG];
  const own = data.federated_extensions.find(
    (/** @type {{ name: string }} */ { name }) => name === 'lif-fc-mnist-lite',
  );
  data.federated_extensions = data.federated_extensions.filter((/** @type {object} */ one) => one !== own);
  writeJson(file, settings);
  const { book } = data.litePluginSettings['lif-fc-mnist-lite'];
  for (const app of Object.keys(APPS)) {
    const page = readJson(join(site, app, 'jupyter-lite.json'));
    const withExtension = (/** @type {string} */ load) => ({
      ...page[CONFIG],
      federated_extensions: [{ ...own, load }],
    });
    for (const language of LANGUAGES) {
      const lowered = JSON.parse(lower(JSON.stringify(withExtension(own.load.replace(/js$/, `${language}.js`)))));
      writeJson(join(site, language, app, 'jupyter-lite.json'), { ...page, [CONFIG]: lowered });
    }
    writeJson(join(site, app, 'jupyter-lite.json'), { ...page, [CONFIG]: withExtension(own.load) });
  }
  const template = readFileSync(join(root, 'editions', 'browser', 'index.html'), 'utf8');
  for (const language of LANGUAGES) {
    const folder = join(site, language);
    const { say } = readPhrases(language, PHRASES);
    for (const app of Object.keys(APPS)) {
      const html = readFileSync(join(site, app, 'index.html'), 'utf8');
      writeWhole(join(folder, app, 'index.html'), translatePage(lower(html), language));
      for (const name of ['favicon.ico', 'jupyter-lite.ipynb']) cpSync(join(site, app, name), join(folder, app, name));
    }
    const translated = translator(language);
    const chapters = chapterNames().map((name) => ({
      name: `${language}/${name}`,
      notebook: translated(name, readChapter(name)),
    }));
    const front = frontPage(template, chapters, book && `../${book}${language}/`);
    writeWhole(
      join(folder, 'index.html'),
      translatePage(front, language, (document) => {
        for (const element of document.querySelectorAll('link, script[src]'))
          for (const name of ['href', 'src']) {
            const address = element.getAttribute(name)?.replace('progress.js', `progress.${language}.js`);
            if (address) element.setAttribute(name, `../${address}`);
          }
        const link = document.querySelector(`a[href="${language}/index.html"]`);
        if (link) link.outerHTML = '<a href="../index.html" lang="en" hreflang="en">English</a>';
      }),
    );
    writeJson(join(folder, 'jupyter-lite.json'), {
      [CONFIG]: {
        appName: say(data.appName) ?? data.appName,
        appUrl: './tree',
        settingsOverrides: { '@jupyterlab/translation-extension:plugin': { locale: LOCALES[language] } },
      },
    });
    translateScripts(site, language);
    cpSync(join(site, 'files', language, 'images'), join(folder, 'notebooks', 'images'), { recursive: true });
    cpSync(join(site, 'jupyter-lite.ipynb'), join(folder, 'jupyter-lite.ipynb'));
    const list = join(site, 'api', 'contents', language, 'all.json');
    /** @type {{ content: { name: string }[] }} */
    const listed = readJson(list);
    writeWhole(list, JSON.stringify({ ...listed, content: listed.content.filter(({ name }) => name !== 'images') }));
    const files = filesUnder(folderOf(language, 'phrases'))
      .filter((name) => /^exercises.*\.json$/.test(name))
      .sort();
    const said = files.map((name) => readJson(join(folderOf(language, 'phrases'), name)));
    writeJson(join(site, 'lif-fc-mnist', `exercises.${language}.json`), Object.assign({}, ...said));
  }
}
