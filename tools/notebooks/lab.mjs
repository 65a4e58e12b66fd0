// JupyterLab of .venv on the notebooks: `npm run lab`. What stands after `--` is passed on to it
// (`npm run lab -- --no-browser --port=9999`). It listens on 127.0.0.1 only, with a token, and keeps all of its files
// (settings, workspaces, the ids of running servers) in the clone, so that nobody's other Jupyter is touched.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, venvPython, writeJson, writeWhole } from '../setup/project.mjs';

if (!existsSync(venvPython)) {
  console.error('lab: no JupyterLab in .venv; run `npm run setup`');
  process.exit(2);
}

const folder = join(root, 'build', 'jupyter', 'lab');
const config = join(folder, 'config');
const env = {
  ...process.env,
  JUPYTER_CONFIG_DIR: config,
  JUPYTER_DATA_DIR: join(folder, 'data'),
  JUPYTER_RUNTIME_DIR: join(folder, 'runtime'),
  IPYTHONDIR: join(folder, 'ipython'),
  JUPYTER_PREFER_ENV_PATH: '1',
  PYTHONNOUSERSITE: '1',
};
delete env.JUPYTER_PATH;
for (const name of ['JUPYTER_CONFIG_DIR', 'JUPYTER_DATA_DIR', 'JUPYTER_RUNTIME_DIR']) {
  mkdirSync(env[name], { recursive: true });
}

// In a file rather than on the command line, where an argument of the reader's could not override them.
writeJson(join(config, 'jupyter_lab_config.json'), {
  ServerApp: { ip: '127.0.0.1', root_dir: join(root, 'notebooks') },
  // Nothing is asked of the network: no news, no look for updates, no list of extensions.
  LabApp: {
    news_url: null,
    check_for_updates_class: 'jupyterlab.NeverCheckForUpdate',
    extension_manager: 'readonly',
    custom_css: true,
  },
  LanguageServerManager: { autodetect: false },
  // A kernel that found one of its ports taken has ended; started anew, it is to get other ones.
  KernelManager: { cache_ports: false },
  KernelSpecManager: { allowed_kernelspecs: ['tslab'], ensure_native_kernel: false },
});
writeJson(join(config, 'labconfig', 'default_setting_overrides.json'), {
  '@jupyterlab/apputils-extension:notification': { fetchNews: 'false', checkForUpdates: false },
});
// Plotly's renderer shows the picture of a figure first, at the size it has, and a part of it would be cut off.
writeWhole(join(config, 'custom', 'custom.css'), '.plot-img { max-width: 100%; height: auto; }\n');

// In a process group of its own: Ctrl-C reaches this script alone, since Jupyter would ask back and wait for a second.
const lab = spawn(venvPython, ['-m', 'jupyterlab', ...process.argv.slice(2)], {
  cwd: root,
  env,
  stdio: ['ignore', 'inherit', 'inherit'],
  detached: true,
});

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    lab.kill('SIGTERM'); // it ends its kernels, then itself
    // A kernel that does not answer is given five seconds by Jupyter; if Jupyter itself hangs, it goes the hard way.
    setTimeout(() => lab.kill('SIGKILL'), 20_000).unref();
  });
}
lab.on('error', (error) => {
  console.error(`lab: ${venvPython}: ${error.message}; run \`npm run setup\``);
  process.exit(2);
});
lab.on('exit', (status) => process.exit(stopping ? 0 : (status ?? 1)));
