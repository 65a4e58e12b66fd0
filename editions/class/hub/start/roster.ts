// The roster: who may log in to the hub. It holds a scrypt hash for each password; the passwords themselves are only on
// the slips of paper that are made here as well: one page to print and cut, and the same as text.
import { randomBytes, randomInt, scryptSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { UserError, writeWhole } from '../../../../packages/system/project';
import { escapeHtml } from '../../../shared/html';

/** Who may see the page of the room; in the roster marked with `teacher: true`. */
export const TEACHER = 'teacher';
/** As JupyterHub is set to accept them; with the accounts' prefix they are shorter than Linux's 32 letters. */
export const NAME = /^[a-z][a-z0-9-]{0,15}$/;

/** One on the roster. */
export interface Person {
  name: string;
  label?: string;
  teacher?: true;
  /** its hash */
  password: string;
}
/** A slip of paper, with the password itself. */
export interface Slip {
  name: string;
  label: string;
  password: string;
}
/** A roster with new people, or new passwords. */
export interface Extended {
  /** the whole roster */
  people: Person[];
  /** the slips of the new people, or of those with a new password */
  fresh: Slip[];
}

const COST = { N: 2 ** 14, r: 8, p: 1 };

/** `scrypt$N$r$p$salt$hash` of a password, salt and hash in hexadecimal. */
export function hashPassword(password: string) {
  const salt = randomBytes(16);
  const hash = scryptSync(password, salt, 32, COST);
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('hex'), hash.toString('hex')].join('$');
}

const CONSONANTS = 'bdfghjkmnprstvwz';
const VOWELS = 'aeiou';
const pick = (letters: string) => letters[randomInt(letters.length)];
const syllable = () => pick(CONSONANTS) + pick(VOWELS);

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

/** Writes the roster, whole or not at all, for root alone. */
export function writeRoster(path: string, people: Person[]) {
  writeWhole(path, `${JSON.stringify(people, null, 1)}\n`, 0o600);
}

/** A login name made of a person's name: "Ana Souza" logs in as "ana-souza". Unlike all that are in `taken`. */
export function loginName(label: string, taken: string[]) {
  const plain = label
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, (part) => (/^\p{M}+$/u.test(part) ? '' : '-'))
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 13)
    .replace(/-+$/, '');
  const base = plain || 'learner';
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!taken.includes(name)) return name;
  }
}

const numbered = (number: number) => `learner${String(number).padStart(2, '0')}`;

/**
 * Adds people to a roster; those who are on it keep their passwords.
 * @param people the roster so far
 * @param wanted how many learners there are to be, or the names of new ones
 */
export function addPeople(people: Person[], { count, labels = [] }: { count?: number; labels?: string[] }): Extended {
  const all = [...people];
  const fresh: Slip[] = [];
  const add = (name: string, label: string, role?: { teacher?: true }) => {
    const password = makePassword();
    all.push({ name, label, ...role, password: hashPassword(password) });
    fresh.push({ name, label, password });
  };
  const taken = () => all.map(({ name }) => name);
  if (!taken().includes(TEACHER)) add(TEACHER, TEACHER, { teacher: true });
  for (const label of labels) add(loginName(label, taken()), label);
  for (let number = 1; all.length - 1 < (count ?? 0); number++) {
    if (!taken().includes(numbered(number))) add(numbered(number), numbered(number));
  }
  return { people: all, fresh };
}

/** A new password for one person. Throws UserError if the name is not on the roster. */
export function renewPassword(people: Person[], name: string): Extended {
  const person = people.find((one) => one.name === name);
  if (people.length === 0) throw new UserError('nobody is on the roster yet: `npm run hub -- --roster 30` makes one');
  if (!person) {
    const names = people.map((one) => one.name).join(', ');
    throw new UserError(`--password: expected a name on the roster (${names}), found ${name}`);
  }
  const password = makePassword();
  return {
    people: people.map((one) => (one === person ? { ...one, password: hashPassword(password) } : one)),
    fresh: [{ name, label: person.label ?? name, password }],
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
 * @param address of the hub, as it is typed into a browser
 * @param note a sentence for all, such as what to do about the certificate
 */
export function slipsAsHtml(people: Slip[], address: string, note = '') {
  const slips = people.map(
    ({ name, label, password }) => `<section>
<h2>${escapeHtml(label)}</h2>
<p>Address: <code>${escapeHtml(address)}</code></p>
<p>Name: <code>${escapeHtml(name)}</code></p>
<p>Password: <code>${escapeHtml(password)}</code></p>
${note ? `<p><small>${escapeHtml(note)}</small></p>\n` : ''}</section>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Slips for the workshop</title><style>${STYLE}
</style></head>
<body>
${slips.join('\n')}
</body></html>
`;
}

/** The same slips as text, with a line to cut along. */
export function slipsAsText(people: Slip[], address: string, note = '') {
  const slips = people.map(({ name, label, password }) =>
    [
      ...(label === name ? [] : [label]),
      `Address:   ${address}`,
      `Name:      ${name}`,
      `Password:  ${password}`,
      ...(note ? [note] : []),
    ].join('\n'),
  );
  return `${slips.join(`\n\n${'- '.repeat(30).trim()}\n\n`)}\n`;
}
