// Finds the Python that .venv is made with.
import { spawnSync } from 'node:child_process';
import { SetupError, windows } from './project.mjs';

const PROBE = `
import sys, json
try:
    import venv, ensurepip
    missing = ''
except ImportError as error:
    missing = str(error)
print(json.dumps([list(sys.version_info[:3]), sys.executable, missing]))
`;

/** Of the user's Python settings, those that would lead pip or venv out of the clone are left out. */
export function pythonEnv() {
  const env = { ...process.env, PYTHONNOUSERSITE: '1', PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1' };
  for (const name of [
    'PYTHONHOME',
    'PYTHONPATH',
    'PIP_USER',
    'PIP_TARGET',
    'PIP_PREFIX',
    'PIP_ROOT',
    '__PYVENV_LAUNCHER__',
  ]) {
    delete env[name];
  }
  return env;
}

function probe(command, args) {
  const result = spawnSync(command, [...args, '-c', PROBE], {
    encoding: 'utf8',
    env: pythonEnv(),
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 20_000,
  });
  try {
    const [version, executable, missing] = JSON.parse(result.stdout.trim().split('\n').pop());
    return { version, executable, missing, name: [command, ...args].join(' ') };
  } catch {
    return undefined;
  }
}

const fits = ({ version }) => version[0] === 3 && version[1] >= 11 && version[1] <= 13;

function howToGet() {
  if (process.platform === 'darwin') return '`brew install python@3.13`, or set PYTHON to one';
  if (windows) return '`winget install Python.Python.3.13`, or set PYTHON to one';
  return 'on Debian and Ubuntu `apt-get install python3 python3-venv`, or set PYTHON to one';
}

/** The first Python 3.11 to 3.13 with venv, `{version: '3.11.7', executable}`; PYTHON names one and then decides. */
export function findPython() {
  const chosen = process.env.PYTHON;
  const candidates = chosen
    ? [[chosen, []]]
    : windows
      ? [
          ['py', ['-3.13']],
          ['py', ['-3.12']],
          ['py', ['-3.11']],
          ['py', ['-3']],
          ['python', []],
          ['python3', []],
        ]
      : ['python3.13', 'python3.12', 'python3.11', 'python3', 'python'].map((name) => [name, []]);
  const found = [];
  for (const [command, args] of candidates) {
    const python = probe(command, args);
    if (python === undefined) continue;
    if (fits(python) && python.missing === '') {
      return { version: python.version.join('.'), executable: python.executable };
    }
    found.push(python);
  }
  const bare = found.find(fits);
  if (bare) {
    const [major, minor] = bare.version;
    throw new SetupError(
      `Python ${bare.version.join('.')} (${bare.executable}) lacks venv (${bare.missing}): ` +
        `on Debian and Ubuntu \`apt-get install python${major}.${minor}-venv\`, or set PYTHON to another Python 3.11 to 3.13`,
    );
  }
  const other = found.map(({ version, name }) => `${name} is ${version.join('.')}`);
  const what = chosen
    ? `PYTHON=${chosen} ${found.length > 0 ? `is Python ${found[0].version.join('.')}` : 'is no Python that runs'}`
    : `none found${other.length > 0 ? ` (${other.join(', ')})` : ''}`;
  throw new SetupError(`Python 3.11 to 3.13 with venv is needed, ${what}: ${howToGet()}`);
}
