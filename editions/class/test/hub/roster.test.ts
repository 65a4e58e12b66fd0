/** The roster of a workshop and the slips of paper that are made from it. */
import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/notebooks';
import { python } from '../../../../test/support/python';

const temporary = temporaryFolder('roster');

/** Python's own scrypt, with the parameters that the roster names, on a password. */
const pythonFits = (password: string, stored: string) =>
  python(
    `import hashlib
_, n, r, p, salt, hash = ${JSON.stringify(stored)}.split("$")
print(hashlib.scrypt(${JSON.stringify(password)}.encode(), salt=bytes.fromhex(salt), n=int(n), r=int(r), p=int(p), dklen=32).hex() == hash)`,
  ) === 'True';

describe('The roster', () => {
  let roster: typeof import('../../hub/start/roster.mjs');
  before(async () => {
    roster = await import('../../hub/start/roster.mjs');
  });

  test('holds a scrypt hash of each password that Python computes as well, and no password', () => {
    const { people, fresh } = roster.addPeople([], { count: 2 });
    for (const { name, password } of fresh) {
      const stored = people.find((person) => person.name === name)?.password as string;
      assert.ok(!stored.includes(password));
      assert.ok(pythonFits(password, stored));
      assert.ok(!pythonFits(`${password}x`, stored));
    }
    assert.notEqual(roster.hashPassword('same'), roster.hashPassword('same'), 'equal passwords have different hashes');
  });

  test('has so many learners and one teacher', () => {
    const { people } = roster.addPeople([], { count: 30 });
    assert.equal(people.filter(({ teacher }) => teacher).length, 1);
    assert.equal(new Set(people.map(({ name }) => name)).size, 31);
  });

  test('has names first and then numbers, where both are wanted', () => {
    const { people } = roster.addPeople([], { count: 3, labels: ['Ana'] });
    assert.deepEqual(
      people.map(({ name }) => name),
      ['teacher', 'ana', 'learner01', 'learner02'],
    );
  });

  test('that is extended keeps the people and passwords that it has', () => {
    const first = roster.addPeople([], { count: 3 });
    const second = roster.addPeople(first.people, { count: 5 });
    assert.deepEqual(second.people.slice(0, 4), first.people);
    assert.equal(second.fresh.length, 2);
    assert.equal(roster.addPeople(second.people, { count: 5 }).fresh.length, 0);
  });

  test('makes login names of the names of people', () => {
    assert.equal(roster.loginName('Ana Souza', []), 'ana-souza');
    assert.equal(roster.loginName('Ana Souza', ['ana-souza']), 'ana-souza-2');
    assert.equal(roster.loginName('Zoë Ångström', []), 'zoe-angstrom');
    assert.equal(roster.loginName('李', []), 'learner');
    assert.match(roster.loginName('A very long name of a person', []), /^[a-z][a-z0-9-]{0,15}$/);
  });

  test('gives one person a new password, and refuses a name that is not on it', () => {
    const { people } = roster.addPeople([], { count: 2 });
    const renewed = roster.renewPassword(people, 'learner01');
    assert.deepEqual(
      renewed.people.map(({ name, password }, i) => password === people[i].password || name),
      [true, 'learner01', true],
    );
    assert.throws(() => roster.renewPassword(people, 'bob'), {
      message: '--password: expected a name on the roster (teacher, learner01, learner02), found bob',
    });
    const many = roster.addPeople([], { count: 30 }).people;
    assert.throws(() => roster.renewPassword(many, 'bob'), /\(teacher, learner01, .*learner09, …\), found bob$/);
    assert.throws(() => roster.renewPassword([], 'bob'), /nobody is on the roster yet: `npm run hub -- --roster 30`/);
  });

  test('is a file that only its owner can read', { skip: process.platform === 'win32' }, () => {
    const file = join(temporary, 'roster.json');
    roster.writeRoster(file, roster.addPeople([], { count: 1 }).people);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(roster.readRoster(file).length, 2);
    writeFileSync(file, '{}');
    assert.throws(() => roster.readRoster(file), /expected a roster as `npm run hub -- --roster 30` writes it/);
  });

  test('has passwords that can be read from paper: no letter looks like another', () => {
    const all = Array.from({ length: 200 }, () => roster.makePassword());
    assert.ok(
      all.every((password) => /^([bdfghjkmnprstvwz][aeiou]){2}(-([bdfghjkmnprstvwz][aeiou]){2}){2}$/.test(password)),
    );
    assert.equal(new Set(all).size, 200);
  });
});

describe('The slips', () => {
  let slips: typeof import('../../hub/start/slips.mjs');
  before(async () => {
    slips = await import('../../hub/start/slips.mjs');
  });
  const people = [
    { name: 'ana', label: 'Ana <b>', password: 'kefo-rabi-tuma' },
    { name: 'ben', label: 'ben', password: 'bolu-sate-wizi' },
  ];

  test('tell each person name, address and password', () => {
    for (const text of [slips.slipsAsHtml(people, 'https://hub:8000'), slips.slipsAsText(people, 'https://hub:8000')]) {
      for (const { name, password } of people) assert.ok(text.includes(name) && text.includes(password));
      assert.equal(text.split('https://hub:8000').length, 3);
    }
  });

  test('show a name as it is written, whatever is in it', () => {
    assert.ok(slips.slipsAsHtml(people, 'x').includes('<h2>Ana &lt;b&gt;</h2>'));
  });

  test('say what to do about a certificate that no browser knows', () => {
    assert.equal(slips.slipsAsText(people, 'x', 'Click here.').split('Click here.').length, 3);
  });
});
