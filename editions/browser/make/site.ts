// Builds the browser edition: all chapters as a static JupyterLite site in build/lite/. It is built in another folder and
// then replaces the former one, so a failed build changes nothing.
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join, sep } from 'node:path';
import {
  filesUnder,
  readJson,
  remove,
  removeLeftOvers,
  root,
  UserError,
  venvPython,
  writeJson,
} from '../../../packages/system/project';
import { run, step } from '../../../packages/system/run';
import { buildDeclarations, buildKernel } from '../../../packages/typescript-kernel/jupyterlite/build';
import { assertSucceeded } from '../../../tools/packages.mjs';
import { LANGUAGES } from '../../../translations/blocks';
import { ISOLATION } from '../../shared/serve';
import { trainIfNeeded } from '../../shared/trained';
import { writeContents, writeDrawings } from './contents';
import { belongsTo, writeLanguages } from './languages';
import { bundleScript, writePackage } from './package';
import { preparePages } from './pages';

const target = join(root, 'build', 'lite');
/** Settings and styles of every JupyterLab of the project. */
const server = join(root, 'editions', 'shared', 'server');
/** Where it is built. */
export const work = join(root, 'build', `lite-${process.pid}`);
/** The TypeScript of tslab, for which the chapters are written. */
const typescript = '@tslab/typescript-for-tslab';
const contents = join(work, 'contents');
const site = join(work, 'site');
const extensions = ['kernel', 'page'].map((name) => join(work, name));

/** Writes the page's extension in the form of JupyterLab's builder. */
async function writePageExtension(folder: string) {
  const { version, license } = readJson(join(root, 'package.json'));
  const page = join('editions', 'browser', 'page');
  await bundleScript(join(page, 'main.ts'), join(folder, 'static', 'remoteEntry.js'));
  await bundleScript(join(page, 'files.ts'), join(folder, 'static', 'files.js'), { format: 'esm' });
  const plotly = require.resolve('plotly.js-cartesian-dist-min');
  cpSync(plotly, join(folder, 'static', 'plotly.js'));
  cpSync(join(server, 'custom', 'custom.css'), join(folder, 'static', 'page.css'));
  const build = { load: 'static/remoteEntry.js', extension: './extension' };
  writeJson(join(folder, 'package.json'), {
    name: 'lif-fc-mnist-lite',
    version,
    license,
    jupyterlab: { extension: true, _build: build },
  });
}

async function jupyterLite() {
  const lite = join(work, 'lite');
  mkdirSync(lite);
  const settings = readJson(join(root, 'editions', 'browser', 'jupyter-lite.json'));
  const data = settings['jupyter-config-data'];
  data.settingsOverrides = {
    ...readJson(join(server, 'labconfig', 'default_setting_overrides.json')),
    ...data.settingsOverrides,
  };
  writeJson(join(lite, 'jupyter-lite.json'), settings);
  writeJson(join(lite, 'jupyter_lite_config.json'), {
    LiteBuildConfig: {
      contents: [contents],
      apps: ['notebooks', 'tree'],
      no_sourcemaps: true,
      federated_extensions: extensions,
      output_dir: site,
      // Extensions in .venv are for JupyterLab.
      ignore_sys_prefix: true,
    },
  });
  const env = {
    ...process.env,
    PYTHONNOUSERSITE: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    // The time of chapters in the list of files. A release sets it to that of the commit.
    SOURCE_DATE_EPOCH: process.env.SOURCE_DATE_EPOCH || String(Math.floor(Date.now() / 1000)),
    TZ: 'UTC',
  };
  const args = ['-m', 'jupyterlite_core', 'build', '--lite-dir', lite];
  assertSucceeded(await run(venvPython, args, { cwd: lite, env, minutes: 5 }), 'jupyter lite build', '');
}

/** Files of JupyterLite that no page loads. */
const UNUSED =
  /^(?:service-worker\.js|jupyterlite\.schema\.v0\.json|package\.json|manifest\.webmanifest|rspack\..*|icon-.*\.png)$/;

/** @param versions of the chapters */
async function finish(versions: Record<string, string>) {
  for (const name of filesUnder(site)) if (UNUSED.test(name)) rmSync(join(site, name));
  const isolate = join(work, 'isolate.js');
  await bundleScript(join('editions', 'browser', 'page', 'isolate.ts'), isolate);
  preparePages(site, readFileSync(isolate, 'utf8'));
  // Browsers request a drawing when its text is shown, before the application has set its address in files/.
  writeDrawings(join(site, 'notebooks', 'images'));
  const folder = join(site, 'lif-fc-mnist');
  await writePackage(folder);
  writeJson(join(folder, 'chapters.json'), versions);
  await bundleScript(join('editions', 'browser', 'page', 'progress.ts'), join(folder, 'progress.js'));
  const host = join(root, 'dist', 'hosts', 'browser');
  buildDeclarations({
    out: join(folder, 'declarations.json'),
    root,
    modules: { 'lif-fc-mnist': join(host, 'index.d.ts'), 'lif-fc-mnist/display': join(host, 'display.d.ts') },
    typescript,
  });
  await writeLanguages(site);
  const files = filesUnder(site)
    .map((name) => name.split(sep).join('/'))
    .filter((name) => /^(lif-fc-mnist|extensions|files|api)\//.test(name));
  const needed = files.filter((name) => !LANGUAGES.some((language) => belongsTo(language, name)));
  for (const language of LANGUAGES)
    writeJson(
      join(site, language, 'needed.json'),
      files.filter((name) => belongsTo(language, name)),
    );
  const define = { NEEDED: JSON.stringify(needed), ISOLATION: JSON.stringify(ISOLATION) };
  await bundleScript(join('editions', 'shared', 'page', 'service-worker.ts'), join(site, 'offline.js'), { define });
}

export async function buildSite() {
  const begin = performance.now();
  const started = new Date();
  if (!existsSync(venvPython)) throw new UserError('no JupyterLite in .venv: run `npm run setup`');
  mkdirSync(work, { recursive: true });
  removeLeftOvers('lite');
  try {
    console.log('lite: building the browser edition in build/lite/');
    let versions: Record<string, string> = {};
    const pages = async () => {
      await step('Kernel', 'the TypeScript kernel, the chapters, and what the pages add', async () => {
        versions = writeContents(contents);
        await Promise.all([
          buildKernel({ out: extensions[0], typescript, library: false }),
          writePageExtension(extensions[1]),
        ]);
      });
      await step('JupyterLite', 'the application', jupyterLite);
    };
    // Independent of each other, and neither uses two cores fully.
    await Promise.all([trainIfNeeded('lite', work), pages()]);
    await step('Package', 'the package that the chapters import, and its files', () => finish(versions));
    // The site has the time of the start: sources changed during the build are newer.
    utimesSync(join(site, 'index.html'), started, started);
    const former = join(work, 'former');
    if (existsSync(target)) renameSync(target, former);
    renameSync(site, target);
  } finally {
    remove(work);
  }
  const files = filesUnder(target);
  const megabytes = files.reduce((sum, name) => sum + statSync(join(target, name)).size, 0) / 1e6;
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(
    `lite: ${files.length} files, ${megabytes.toFixed(0)} MB in ${seconds} s. Needs a web server: npm run lite -- --serve`,
  );
}
