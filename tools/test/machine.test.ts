/** The types of what no TypeScript checks. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as plain from '../../packages/system/plain.mjs';
import * as machine from '../machine.mjs';
import * as packages from '../packages.mjs';

for (const [name, exports] of Object.entries({
  'packages/system/plain': plain,
  'tools/machine': machine,
  'tools/packages': packages,
})) {
  test(`${name}.d.mts declares what ${name}.mjs exports`, () => {
    const declarations = readFileSync(join(__dirname, '..', '..', `${name}.d.mts`), 'utf8');
    const declared = [...declarations.matchAll(/^export (?:const|class|function) (\w+)/gm)].map(([, name]) => name);
    assert.deepEqual(declared.sort(), Object.keys(exports).sort());
  });
}
