// The roster: who may log in to the hub, with a scrypt hash of each password. The passwords themselves are only on the
// slips of paper made here: a page to print and cut.
import { randomBytes, randomInt, scryptSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { UserError, writeWhole } from '../../../../packages/system/project';
import { escapeHtml } from '../../../shared/html';

/** Who may see the class page; in the roster marked with `teacher: true`. */
export const TEACHER = 'teacher';
/** The names that jupyterhub_config.py accepts: with the prefix of accounts shorter than Linux's limit of 32. */
export const NAME = /^[a-z][a-z0-9-]{0,15}$/;

export interface Person {
  name: string;
  label?: string;
  teacher?: true;
  /** hashed */
  password: string;
}
/** A slip of paper, with the password itself. */
export interface Slip {
  name: string;
  label: string;
  password: string;
}
/** A roster, and the slips of new people or of a new password. */
export interface Extended {
  people: Person[];
  slips: Slip[];
}

const COST = { N: 2 ** 14, r: 8, p: 1 };

/** `scrypt$N$r$p$salt$hash` of a password, salt and hash in hexadecimal. */
export function hashPassword(password: string) {
  const salt = randomBytes(16);
  const hash = scryptSync(password, salt, 32, COST);
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('hex'), hash.toString('hex')].join('$');
}

const pick = (letters: string) => letters[randomInt(letters.length)];
const syllable = () => pick('bdfghjkmnprstvwz') + pick('aeiou');

/** Three groups of two syllables (six random syllables: 38 bits), easy to read from paper: `kefo-rabi-tuma`. */
export const makePassword = () => Array.from({ length: 3 }, () => syllable() + syllable()).join('-');

/** The people of a roster file, none if it is missing. Throws UserError if it is not a roster. */
export function readRoster(path: string): Person[] {
  if (!existsSync(path)) return [];
  try {
    const people = JSON.parse(readFileSync(path, 'utf8'));
    if (!Array.isArray(people) || people.some(({ name, password }) => !NAME.test(name) || !password)) throw new Error();
    return people;
  } catch {
    throw new UserError(`${path}: expected a roster as \`npm run hub -- --roster 30\` writes it`);
  }
}

/** Writes the roster, readable by root alone. */
export function writeRoster(path: string, people: Person[]) {
  writeWhole(path, `${JSON.stringify(people, null, 1)}\n`, 0o600);
}

/** A login name that is not yet taken, made from a person's name: `ana-souza` from "Ana Souza". */
export function loginName(label: string, taken: string[]) {
  const plain = label
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, (part) => (/^\p{M}+$/u.test(part) ? '' : '-'))
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 13)
    .replace(/-+$/, '');
  const base = plain || 'learner';
  let name = base;
  for (let number = 2; taken.includes(name); number++) name = `${base}-${number}`;
  return name;
}

/**
 * Adds people to a roster; those who are on it keep their passwords.
 * @param people the roster so far
 * @param wanted the total number of learners, or names of new ones
 */
export function addPeople(
  people: Person[],
  { count = 0, labels = [] }: { count?: number; labels?: string[] },
): Extended {
  const all = [...people];
  const slips: Slip[] = [];
  const has = (name: string) => all.some((person) => person.name === name);
  const add = (name: string, label = name, role?: { teacher: true }) => {
    const password = makePassword();
    all.push({ name, label, ...role, password: hashPassword(password) });
    slips.push({ name, label, password });
  };
  if (!has(TEACHER)) add(TEACHER, TEACHER, { teacher: true });
  for (const label of labels) {
    const taken = all.map(({ name }) => name);
    add(loginName(label, taken), label);
  }
  for (let number = 1; all.length - 1 < count; number++) {
    const name = `learner${String(number).padStart(2, '0')}`;
    if (!has(name)) add(name);
  }
  return { people: all, slips };
}

/** A new password for one person. Throws UserError if the name is not on the roster. */
export function renewPassword(people: Person[], name: string): Extended {
  const person = people.find((one) => one.name === name);
  if (!person) {
    const names = people.map((one) => one.name).join(', ') || 'nobody yet; `npm run hub -- --roster 30` makes one';
    throw new UserError(`--password: expected a name on the roster (${names}), found ${name}`);
  }
  const password = makePassword();
  const renewed = { ...person, password: hashPassword(password) };
  return {
    people: people.map((one) => (one === person ? renewed : one)),
    slips: [{ name, label: person.label ?? name, password }],
  };
}

const STYLE = `
@page { size: A4; margin: 10mm; }
body { font: 11pt/1.45 system-ui, sans-serif; margin: 0; display: grid; grid-template-columns: 1fr 1fr; }
section { border: 1px dashed #888; padding: 4mm 6mm; break-inside: avoid; }
h2 { font-size: 12pt; margin: 0 0 2mm; }
p { margin: 0; }
code { font: 13pt monospace; }
small { color: #444; }`;

/**
 * A page of slips, eight rows of two on A4.
 * @param address of the hub, as people type it into a browser
 * @param note a sentence on every slip, such as what to do about the certificate
 */
export function slipsAsHtml(slips: Slip[], address: string, note = '') {
  const sections = slips.map(
    ({ name, label, password }) => `<section>
<h2>${escapeHtml(label)}</h2>
<p>Address: <code>${escapeHtml(address)}</code></p>
<p>Name: <code>${escapeHtml(name)}</code></p>
<p>Password: <code>${escapeHtml(password)}</code></p>
<p><small>${escapeHtml(note)}</small></p></section>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Slips for the workshop</title><style>${STYLE}
</style></head>
<body>
${sections.join('\n')}
</body></html>
`;
}
