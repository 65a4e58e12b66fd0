#!/usr/bin/env node
// The command `lif_fc_mnist`, outside dist/ so that npm can link it before anything is built.
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const cli = join(__dirname, '..', 'dist', 'hosts', 'node', 'cli', 'main.js');
if (!existsSync(cli)) {
  console.error('lif_fc_mnist: dist/hosts/node/cli/main.js is not built yet; run `npm run setup` first');
  process.exit(1);
}
require(cli).main(process.argv.slice(2));
