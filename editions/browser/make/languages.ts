// Writes the site in other languages: a folder with pages, settings and texts of the language; everything else is shared.
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JSDOM } from 'jsdom';
import {
  chapterNames,
  filesUnder,
  readJson,
  root,
  venvPython,
  writeJson,
  writeWhole,
} from '../../../packages/system/project';
import { run } from '../../../packages/system/run';
import { assertSucceeded } from '../../../tools/packages.mjs';
import { LANGUAGES, translationFolder } from '../../../translations/blocks';
import { phrasesScript, readPhrases, translateDocument } from '../../../translations/phrases';
import { readChapter } from '../../shared/copies';
import { LOCALES, translator } from '../../shared/translated';
import { APPS, frontPage, withoutImages } from './pages';

/** The catalogues of the pages. Scripts look up their texts while they run (editions/shared/page/words.ts). */
const PHRASES = ['chapters', 'lite'];
const CONFIG = 'jupyter-config-data';
/** Chinese letters do not slant. */
const EMPHASIS =
  '<style>html:lang(zh) em { font-style: normal; text-emphasis: dot; text-emphasis-position: under right; }</style>';
/** Whether a path below the site belongs only to a language. */
export const belongsTo = (language: string, path: string) =>
  new RegExp(`^(?:files|api/contents)/${language}/|[./]${language}(?:_[A-Z]+)?\\.(?:js|json)$`).test(path);

/** Adapts the addresses in a page to a folder one level deeper. */
const oneLevelDeeper = (html: string) =>
  html.replace(/(["'])\.\.\//g, '$1../../').replace('-lite-root=".."', '-lite-root="../.."');

/** Translates a page. */
function translatePage(html: string, language: string, change: (document: Document) => void = () => {}) {
  const dom = new JSDOM(html);
  const { document } = dom.window;
  document.documentElement.lang = LOCALES[language].replace('_', '-');
  translateDocument(document.documentElement, readPhrases(language, PHRASES));
  document.head.insertAdjacentHTML('beforeend', EMPHASIS);
  change(document);
  return dom.serialize();
}

/**
 * Copies files of Jupyter's server: the icons of tabs with a busy kernel, and JupyterLab's translations. JupyterLite has no
 * translations, but some of the same texts.
 */
async function writeServerFiles(site: string) {
  const program = `import json, os, shutil, sys, jupyter_server
from jupyterlab_server.translation_utils import get_language_pack, get_language_packs
site, *locales = sys.argv[1:]
icons = os.path.join(os.path.dirname(jupyter_server.__file__), 'static', 'favicons')
shutil.copytree(icons, f'{site}/static/favicons', dirs_exist_ok=True)
def write(name, data):
    with open(f'{site}/api/translations/{name}.json', 'w') as file:
        json.dump({'data': data, 'message': ''}, file, ensure_ascii=False)
write('all', {k: v for k, v in get_language_packs()[0].items() if k in ['en', *locales]})
for locale in locales:
    lab, notebook = map(get_language_pack(locale)[0].get, ['jupyterlab', 'notebook'])
    lite = {k: lab[k] for k in ['About %1', 'Cancel', 'Download', 'Download the file to your computer', 'OK']}
    lite[''] = {**lab[''], 'domain': 'jupyterlite'}
    write(locale, {'jupyterlab': lab, 'notebook': notebook, 'jupyterlite': lite})`;
  const written = await run(venvPython, ['-X', 'utf8', '-c', program, site, ...Object.values(LOCALES)]);
  assertSucceeded(written, 'import jupyterlab_server.translation_utils', '');
}

/** The path of the script with the texts of the site's scripts, below the site. */
const wordsOf = (language: string) => `lif-fc-mnist/words.${language}.js`;

/** The application's pages in a language. */
function writeApps(site: string, language: string) {
  const folder = join(site, language);
  for (const app of Object.keys(APPS)) {
    const read = (name: string) => oneLevelDeeper(readFileSync(join(site, app, name), 'utf8'));
    writeWhole(join(folder, app, 'jupyter-lite.json'), read('jupyter-lite.json'));
    const page = translatePage(read('index.html'), language, ({ head }) =>
      head.insertAdjacentHTML('afterbegin', `<script src="../../${wordsOf(language)}"></script>`),
    );
    writeWhole(join(folder, app, 'index.html'), page);
    for (const name of ['favicon.ico', 'jupyter-lite.ipynb']) cpSync(join(site, app, name), join(folder, app, name));
  }
}

/** Writes the front page. */
function writeFront(site: string, language: string) {
  const translated = translator(language);
  const chapters = chapterNames().map((name) => ({
    name: `${language}/${name}`,
    notebook: translated(name, readChapter(name)),
  }));
  const template = readFileSync(join(root, 'editions', 'browser', 'index.html'), 'utf8');
  const front = frontPage(template, chapters);
  const page = translatePage(front, language, (document) => {
    for (const link of document.querySelectorAll('link')) link.setAttribute('href', `../${link.getAttribute('href')}`);
    for (const script of document.querySelectorAll('script[src]')) {
      script.setAttribute('src', `../${script.getAttribute('src')}`);
      script.insertAdjacentHTML('beforebegin', `<script src="../${wordsOf(language)}"></script>`);
    }
    for (const link of document.querySelectorAll('a[href^="../book/"]'))
      link.setAttribute('href', `../${link.getAttribute('href')?.replace('book/', `book/${language}/`)}`);
    const link = document.querySelector(`a[href="${language}/index.html"]`);
    if (link) link.outerHTML = '<a href="../index.html" lang="en" hreflang="en">English</a>';
  });
  writeWhole(join(site, language, 'index.html'), page);
}

/** The texts of checks. */
function messagesOf(language: string) {
  const folder = translationFolder(language, 'phrases');
  const files = filesUnder(folder).filter((name) => /^exercises.*\.json$/.test(name));
  return Object.assign({}, ...files.sort().map((name) => readJson(join(folder, name))));
}

/** Adds each language to a site whose English pages are finished. */
export async function writeLanguages(site: string) {
  await writeServerFiles(site);
  const data = readJson(join(site, 'jupyter-lite.json'))[CONFIG];
  for (const language of LANGUAGES) {
    const folder = join(site, language);
    const appName = readPhrases(language, PHRASES).translate(data.appName) ?? data.appName;
    const settingsOverrides = { '@jupyterlab/translation-extension:plugin': { locale: LOCALES[language] } };
    writeJson(join(folder, 'jupyter-lite.json'), { [CONFIG]: { appName, settingsOverrides } });
    cpSync(join(site, 'jupyter-lite.ipynb'), join(folder, 'jupyter-lite.ipynb'));
    writeApps(site, language);
    writeFront(site, language);
    writeWhole(join(site, wordsOf(language)), phrasesScript(language));
    cpSync(join(site, 'files', language, 'images'), join(folder, 'notebooks', 'images'), { recursive: true });
    withoutImages(join(site, 'api', 'contents', language, 'all.json'));
    writeJson(join(site, 'lif-fc-mnist', `exercises.${language}.json`), messagesOf(language));
  }
}
