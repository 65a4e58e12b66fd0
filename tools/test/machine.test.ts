/** What is said twice of machine.mjs and packages.mjs, which no TypeScript checks. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { describe } from '../../packages/system/program';
import * as machine from '../machine.mjs';
import * as packages from '../packages.mjs';

for (const [name, exports] of Object.entries({ machine, packages })) {
  test(`tools/${name}.d.mts declares what tools/${name}.mjs exports`, () => {
    const declarations = readFileSync(join(__dirname, '..', `${name}.d.mts`), 'utf8');
    const declared = [...declarations.matchAll(/^export (?:const|class|function) (\w+)/gm)].map(([, name]) => name);
    assert.deepEqual(declared.sort(), Object.keys(exports).sort());
  });
}

test('A program that meets a full disk names the room that set-up asks for', () => {
  const { clone, elsewhere } = machine.ROOM;
  const room = `(set-up needs ${clone / 1e9} GB, and ${elsewhere / 1e9} GB for temporary files`;
  const said = describe(new Error('ENOSPC: no space left on device, write'));
  assert.ok(said?.includes(room), `${said}: expected ${room}`);
});
