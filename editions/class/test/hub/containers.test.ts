/** The containers: one Dockerfile for Binder and VS Code. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/data';
import { root } from '../../../../test/support/notebooks';

describe('The containers', () => {
  const text = (...parts: string[]) => readFileSync(join(root, ...parts), 'utf8');

  test('copy only files that exist', () => {
    for (const [, sources] of text('.binder', 'Dockerfile').matchAll(/^COPY (?!--)(.+) \S+$/gm)) {
      for (const source of sources.split(' ')) assert.ok(existsSync(join(root, source)), source);
    }
  });

  test('have all that set-up reads when they run it', () => {
    const [before] = text('.binder', 'Dockerfile').split('RUN npm run setup') as [string];
    const folder = join(temporaryFolder(), 'image');
    for (const [, sources, target] of before.matchAll(/^COPY (?!--)(.+) (\S+)$/gm)) {
      for (const source of sources.split(' ')) {
        const isFolder = statSync(join(root, source)).isDirectory();
        cpSync(join(root, source), join(folder, target, isFolder ? '' : basename(source)), { recursive: true });
      }
    }
    const check = [join(folder, 'tools', 'setup', 'setup.mjs'), '--check'];
    const { status, stderr } = spawnSync(process.execPath, check, { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  });

  test('of VS Code use the same Dockerfile, and keep what it installed in volumes of their own', () => {
    const { build, mounts, workspaceFolder, remoteUser } = JSON.parse(text('.devcontainer', 'devcontainer.json'));
    assert.ok(existsSync(join(root, '.devcontainer', build.dockerfile)));
    assert.equal(resolve(root, '.devcontainer', build.context), root);
    assert.equal(remoteUser, 'jovyan');
    const baked = [...text('.binder', 'Dockerfile').matchAll(/^COPY --from=build .* \/opt\/lif-fc-mnist\/(\S+) /gm)];
    assert.equal(baked.length, 4);
    for (const [, folder] of baked) {
      // dist is renamed when it is built again, which the place of a volume cannot be.
      const isMounted = mounts.some((mount: string) => mount.includes(`target=${workspaceFolder}/${folder},`));
      assert.equal(isMounted, folder !== 'dist', folder);
    }
  });
});
