'use strict';
// Whether npm and pip reach their registries, and what stands in the way: a proxy, a mirror, a certificate.
const { execFile } = require('child_process');
const { mkdtempSync, readdirSync, readFileSync, rmdirSync, unlinkSync } = require('fs');
const { join } = require('path');
const { fault, note, ok } = require('./verdict.cjs');

const TIMEOUT = 30000;
const PATIENCE = 8; // seconds for one answer

/** Resolves to what a program printed, and whether it succeeded. */
function run(command, args, env) {
  return new Promise((done) => {
    const options = {
      env,
      timeout: TIMEOUT,
      windowsHide: true,
      shell: command === 'npm' && process.platform === 'win32',
    };
    execFile(command, args, options, (error, stdout, stderr) => {
      const text = `${stdout}${stderr}` || (error ? error.message : '');
      done({ succeeded: !error, isMissing: Boolean(error) && error.code === 'ENOENT', text });
    });
  });
}

/** An address without the name and the password that it may contain. */
const withoutLogin = (address) => address.replace(/\/\/[^/@]*@/, '//');

/** The proxy and mirrors that the environment names, in words; '' if it names none. */
function settings(env) {
  const named = ['HTTPS_PROXY', 'HTTP_PROXY', 'npm_config_https_proxy', 'npm_config_registry', 'PIP_INDEX_URL'];
  return named
    .map((name) => [name, env[name] || env[name.toLowerCase()]])
    .filter(([, value]) => value)
    .map(([name, value]) => `${name}=${withoutLogin(value)}`)
    .join(', ');
}

const CAUSES = [
  [
    /CERT_NOT_YET_VALID|CERT_HAS_EXPIRED|certificate (is not yet valid|has expired)/i,
    'set date and time of this machine; if they are right, the certificate of the proxy or mirror is old: tell who runs it',
  ],
  [
    /SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|CERTIFICATE_VERIFY_FAILED|unable to get local issuer/i,
    'a proxy or virus scanner reads the connection: name its certificate in NODE_EXTRA_CA_CERTS and PIP_CERT',
  ],
  [/\b407\b|Proxy Auth/i, 'the proxy wants a login: HTTPS_PROXY=http://name:password@host:port'],
  [
    /\bE?40[134]\b|Forbidden|Unauthorized|No matching distribution/i,
    'the mirror refuses: look at `npm config get registry` and `pip config list`',
  ],
];
const NO_ANSWER =
  'set HTTPS_PROXY to the proxy of this network (or unset it, if there is none), or set up from a folder: environment.md, "Without a network"';

/** The code of an error of npm or pip: ECONNREFUSED, 407, … */
function codeOf(text) {
  const found = /npm (?:ERR!|error) code (\S+)|\b(E(?:CONN|NOTFOUND|AI_|TIMEDOUT)\w*|CERTIFICATE_\w+|40[1347])\b/.exec(
    text,
  );
  if (found) return found[1] || found[2];
  const refused = /(Connection refused|timed out|Name or service not known|Network is unreachable)/i.exec(text);
  return refused ? refused[1].toLowerCase() : 'no answer';
}

function failure(who, text, env) {
  const [, mend] = CAUSES.find(([pattern]) => pattern.test(text)) || [undefined, NO_ANSWER];
  const by = settings(env);
  return fault(`${who} does not reach its registry (${codeOf(text)}${by ? `; ${by}` : ''})`, mend);
}

function askNpm(env) {
  const [command, args] = /npm-cli\.c?js$/.test(env.npm_execpath || '')
    ? [process.execPath, [env.npm_execpath]]
    : ['npm', []];
  const patience = { npm_config_fetch_retries: '0', npm_config_fetch_timeout: `${PATIENCE * 1000}` };
  return run(command, args.concat(['view', 'tslab', 'version', '--prefer-online']), Object.assign({}, env, patience));
}

/** Downloads one small package of requirements.txt. Resolves to undefined where there is no pip to ask. */
async function askPip({ findPython, pythonEnv, root, temporary }) {
  let python;
  try {
    python = findPython().executable;
  } catch {
    return undefined; // the check of Python says so
  }
  const env = pythonEnv();
  if (!(await run(python, ['-m', 'pip', '--version'], env)).succeeded) return undefined;
  const [wanted] = /^traitlets==\S+/m.exec(readFileSync(join(root, 'requirements.txt'), 'utf8'));
  const target = mkdtempSync(join(temporary, 'doctor-'));
  const quiet = ['--no-deps', '--no-cache-dir', '--only-binary=:all:', '--retries=0', `--timeout=${PATIENCE}`];
  const result = await run(python, ['-m', 'pip', 'download', ...quiet, '-d', target, wanted], env);
  for (const file of readdirSync(target)) unlinkSync(join(target, file));
  rmdirSync(target);
  return result;
}

/** The check; it asks the network only while there is something left to install. */
const networkCheck = (system) => async () => {
  const { env, hasPackages, temporary, whyNotWritable } = system;
  if (env.LIF_FC_MNIST_BUNDLE) return ok(`not needed: set-up takes everything from ${env.LIF_FC_MNIST_BUNDLE}`);
  if (hasPackages()) return ok('not needed any more: all packages are installed');
  if (whyNotWritable(temporary)) return note(`not checked: ${temporary} cannot be written to`);
  const [npm, pip] = await Promise.all([askNpm(env), askPip(system)]);
  if (npm.isMissing) return Object.assign({ name: 'npm' }, fault('not on PATH', 'install Node again, with npm'));
  if (!npm.succeeded) return failure('npm', npm.text, env);
  if (pip && !pip.succeeded) return failure('pip', pip.text, env);
  const by = settings(env);
  const found = `npm ${pip ? 'and pip reach their registries' : 'reaches its registry'}${by ? ` (${by})` : ''}`;
  return pip ? ok(found) : note(found, 'pip was not asked, since it comes with the venv; nothing to do');
};

module.exports = { networkCheck };
