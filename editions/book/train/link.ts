/**
 * A link that carries a run, all of it in the part behind #, which never leaves the browser:
 *
 *     #run=eyJ0cmFp…                          the document of a run in its canonical form, as base64
 *     #run=eyJ0cmFp…&test=0.9273&sha256=…     and what came of it, to be checked
 *
 * A link need not be trusted: `readLink` checks every part before anything is shown, and the claim is compared with what
 * comes out here.
 */
import { formatRun, type ResolvedRun, type RunDocument, readRun } from '../../../packages/runs/document';
import { fromAddress, toAddress } from '../../shared/page/base64';
import { t, translate } from '../../shared/page/words';
import { damaged, partsOf } from '../playground/link';

/** What a link says came of a run. */
export interface Claim {
  /** Accuracy on the test images after the last epoch. */
  test: number;
  /** SHA-256 of the weights, in hexadecimal. */
  sha256: string;
}

const MAX_LENGTH = 2000;

/** The link's part behind #, or undefined if the run is too long for a link. */
export function linkIfShort(run: RunDocument, claim?: Claim): string | undefined {
  const document = toAddress(new TextEncoder().encode(JSON.stringify(formatRun(run))));
  const parts = new URLSearchParams({
    run: document,
    ...(claim && { test: String(claim.test), sha256: claim.sha256 }),
  });
  const hash = `#${parts}`;
  return hash.length > MAX_LENGTH ? undefined : hash;
}

/**
 * The same.
 * @throws RangeError in one line if the run is too long for a link
 */
export function writeLink(run: RunDocument, claim?: Claim): string {
  const hash = linkIfShort(run, claim);
  if (hash === undefined) throw new RangeError(t`the run is too long for a link`);
  return hash;
}

/** Whether an address names a run, and not a heading of the page. */
export const isRun = (hash: string): boolean => hash.startsWith('#run=');

/**
 * Reads what `writeLink` wrote.
 * @throws RangeError that says in one line what was expected and what was found
 */
export function readLink(hash: string): { settings: ResolvedRun; claim?: Claim } {
  const parts = partsOf(hash, ['run', 'test', 'sha256'], MAX_LENGTH);
  const settings = readDocument(parts.get('run') ?? '');
  const [test, sha256] = [parts.get('test'), parts.get('sha256')];
  if (test === null && sha256 === null) return { settings };
  if (!/^(?:0(?:\.\d{1,6})?|1)$/.test(test ?? '') || !/^[0-9a-f]{64}$/.test(sha256 ?? '')) throw damaged();
  return { settings, claim: { test: Number(test), sha256: sha256 ?? '' } };
}

function readDocument(text: string): ResolvedRun {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(fromAddress('run', text)));
  } catch {
    throw damaged();
  }
  try {
    const settings = readRun(document);
    const { name } = settings.engine;
    if (name === 'tfjs')
      throw new RangeError(`engine.name: expected event or ann, by which this page trains, found ${name}`);
    return settings;
  } catch (error) {
    const { message } = error as Error;
    const parts = partsOfMessage(message);
    throw new RangeError(
      parts ? t`${parts.path}: expected ${translate(parts.expected)}, found ${parts.found}` : message,
    );
  }
}

/** The parts of what is said of a run that is not valid: `path: expected …, found …`. */
export function partsOfMessage(message: string): { path: string; expected: string; found: string } | undefined {
  const [, path, expected, found] = /^([^\s:]+): expected (.*), found (.*)$/s.exec(message) ?? [];
  return path === undefined ? undefined : { path, expected, found };
}
