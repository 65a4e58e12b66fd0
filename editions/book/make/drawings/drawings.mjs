#!/usr/bin/env node
// Writes the drawings of the chapters: `node editions/book/make/drawings/drawings.mjs` into notebooks/images, or
// `--out FOLDER`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import bucket from './bucket.mjs';
import chip from './chip.mjs';
import hidden from './hidden.mjs';
import network from './network.mjs';
import patternTable from './pattern-table.mjs';
import poisson from './poisson.mjs';
import randomBytes from './random-bytes.mjs';
import recurrence from './recurrence.mjs';
import reset from './reset.mjs';
import surrogate from './surrogate.mjs';
import unrolled from './unrolled.mjs';
import wayBack from './way-back.mjs';

/** The SVG documents by name, without .svg. */
export const drawings = () => ({
  network: network(),
  bucket: bucket(),
  unrolled: unrolled(),
  reset: reset(),
  'pattern-table': patternTable(),
  chip: chip(),
  surrogate: surrogate(),
  poisson: poisson(),
  'random-bytes': randomBytes(),
  'way-back': wayBack(),
  hidden: hidden(),
  recurrence: recurrence(),
});

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const folder = fileURLToPath(new URL('../../../../notebooks/images', import.meta.url));
  const { out } = parseArgs({ options: { out: { type: 'string', default: folder } } }).values;
  mkdirSync(out, { recursive: true });
  for (const [name, svg] of Object.entries(drawings())) writeFileSync(join(out, `${name}.svg`), svg);
}
