// `npm run lab`: JupyterLab from .venv with the learner's own copies of the chapters, or with `-- --author` the committed
// ones. Other options go on to Jupyter. It listens on 127.0.0.1 only, with a token, and keeps all its files (settings,
// workspaces, running servers) in the clone, apart from any other Jupyter.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { endWithParent, onSignals } from '../../packages/system/parent';
import { command, describe } from '../../packages/system/program';
import { chapterNames, readJson, root, venvPython, writeJson } from '../../packages/system/project';
import { copiesPath, makeCopies } from '../shared/copies';
import { isLanguage, LOCALES, noLanguage } from '../shared/translated';

const cli = command('npm run lab --', 'lab')
  .description(
    `JupyterLab with your own copies of the chapters, notebooks/my/, which are made if there are none.
All other options go on to Jupyter: --no-browser prints the address and opens no browser, --port=9999 is another port than 8888.`,
  )
  .option('--author', 'with the committed chapters, notebooks/')
  .option('--language <language>', 'with copies in another language, such as zh, in notebooks/my/zh/')
  .allowUnknownOption()
  .allowExcessArguments();

const here = join(root, 'editions', 'lab');
const state = join(root, 'build', 'jupyter', 'lab');
const config = join(state, 'config');
/** The environment in which the chapter in Python runs, if it is installed. */
const peers = join(root, '.venv-peers', 'share', 'jupyter');
const hasPython = existsSync(join(peers, 'kernels', 'python3', 'kernel.json'));

function environmentFor(language: string | undefined): NodeJS.ProcessEnv {
  const { JUPYTER_PATH: _, ...environment } = process.env;
  return {
    ...environment,
    ...(hasPython && { JUPYTER_PATH: peers }),
    JUPYTER_CONFIG_DIR: config,
    JUPYTER_DATA_DIR: join(state, 'data'),
    JUPYTER_RUNTIME_DIR: join(state, 'runtime'),
    IPYTHONDIR: join(state, 'ipython'),
    JUPYTER_PREFER_ENV_PATH: '1',
    PYTHONNOUSERSITE: '1',
    // For the checks of the chapter in Python; copies in TypeScript set their language themselves.
    ...(language && { LIF_FC_MNIST_LANGUAGE: language }),
  };
}

/** Writes Jupyter's settings into files, because the reader's arguments could not override ours on the command line. */
function writeSettings(language: string | undefined) {
  writeJson(join(config, 'jupyter_lab_config.json'), {
    // Otherwise a dozen lines of its start-up hide the address.
    Application: { log_level: 'WARN' },
    ServerApp: { ip: '127.0.0.1', root_dir: root },
    // No network requests for news, updates or extensions.
    LabApp: {
      news_url: null,
      check_for_updates_class: 'jupyterlab.NeverCheckForUpdate',
      extension_manager: 'readonly',
      custom_css: true,
      extra_labextensions_path: [join(here, 'labextensions')],
    },
    ContentsManager: { hide_globs: ['node_modules', '__pycache__', '*.pyc', '*.pyo', '.DS_Store', '*~'] },
    LanguageServerManager: { autodetect: false },
    AsyncMultiKernelManager: { kernel_manager_class: 'lab_server.Kernel' },
    // Otherwise a kernel that dies while starting gets new sockets, and the page waits for the old ones for ever.
    KernelRestarter: { random_ports_until_alive: false },
    KernelSpecManager: {
      allowed_kernelspecs: ['tslab', ...(hasPython ? ['python3'] : [])],
      ensure_native_kernel: false,
    },
  });
  // Jupyter reads the list of server extensions before JupyterLab's own file.
  writeJson(join(config, 'jupyter_server_config.json'), { ServerApp: { jpserver_extensions: { lab_server: true } } });
  // The settings and styles of a workshop's servers. They also turn off JupyterLab's check whether it must be rebuilt,
  // which starts two programs each time.
  for (const name of ['labconfig', 'custom']) {
    cpSync(join(root, 'editions', 'shared', 'server', name), join(config, name), { recursive: true });
  }
  if (!language) return;
  const settings = join(config, 'labconfig', 'default_setting_overrides.json');
  const translation = { locale: LOCALES[language] };
  writeJson(settings, { ...readJson(settings), '@jupyterlab/translation-extension:plugin': translation });
}

/** Resolves to the exit status. */
async function main() {
  const { author, language } = cli.parse().opts();
  const options = cli.args;
  if (language !== undefined && !isLanguage(language)) cli.error(noLanguage(language));
  // Jupyter would refuse root, too, and name an option that `npm run` does not pass on.
  if (process.getuid?.() === 0 && !options.some((option) => /allow.root/.test(option))) {
    console.error(
      'lab: expected a user who is not root, since a notebook may do whatever its user may, found root; where nothing else is on this machine: npm run lab -- --allow-root',
    );
    return 2;
  }
  mkdirSync(config, { recursive: true });
  // Jupyter writes the token below it; anyone who can read that can run code as this user.
  chmodSync(state, 0o700);
  const folder = author ? 'notebooks' : copiesPath(language);
  if (!author && makeCopies(language).made.length > 0)
    console.log(`Your own copies of the chapters are in ${folder}/: nothing overwrites them.`);
  const first = `${folder}/${chapterNames()[0]}`;
  console.log(`JupyterLab starts with ${first}. Shift+Enter runs a cell. Ctrl-C here ends JupyterLab.`);
  writeSettings(language);

  // Not in the file, which other `npm run lab` share; and not twice, which Jupyter refuses.
  const start = `--LabApp.default_url=/lab/tree/${encodeURI(first)}`;
  if (!options.some((option) => option.includes('default_url'))) options.unshift(start);

  // In its own process group, so that Ctrl-C reaches this program alone: Jupyter would ask for a second Ctrl-C.
  const lab = spawn(venvPython, [join(here, 'lab_server.py'), ...options], {
    cwd: root,
    env: environmentFor(language),
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });

  let stopping = false;
  onSignals(() => {
    if (stopping) return; // Ctrl-C arrives twice, from the terminal and from npm, and the second would leave kernels behind
    stopping = true;
    lab.kill('SIGTERM'); // Jupyter ends its kernels, waiting five seconds for each, then itself
    setTimeout(() => lab.kill('SIGKILL'), 20_000).unref();
  });
  endWithParent(lab);
  const [status] = await once(lab, 'exit');
  return stopping ? 0 : (status ?? 1);
}

if (require.main === module) {
  main().then(
    (status) => process.exit(status),
    (error) => {
      console.error(`lab: ${describe(error)}`);
      process.exit(1);
    },
  );
}
