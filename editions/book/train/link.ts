/**
 * Links that contain a run, in the part after #, which never leaves the browser:
 *
 *     #run=eyJ0cmFp…                          the run's canonical document, as base64
 *     #run=eyJ0cmFp…&test=0.9273&sha256=…     and its claimed result
 *
 * Links are untrusted: `readLink` checks every part before anything is shown, and the claim is compared with the result
 * of training here.
 */
import { formatRun, type ResolvedRun, type RunDocument, readRun } from '../../../packages/runs/document';
import { fromAddress, toAddress } from '../../shared/page/base64';
import { t, translate } from '../../shared/page/words';
import { damaged, partsOf } from '../playground/link';

/** The result that a link claims. */
export interface Claim {
  /** Accuracy on the test images after the last epoch. */
  test: number;
  /** SHA-256 of the weights, in hexadecimal. */
  sha256: string;
}

const MAX_LENGTH = 2000;

/** Encodes the part of a link after #; undefined if the run is too long for a link. */
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
 * Encodes the part of a link after #.
 * @throws RangeError in one line if the run is too long for a link
 */
export function writeLink(run: RunDocument, claim?: Claim): string {
  const hash = linkIfShort(run, claim);
  if (hash === undefined) throw new RangeError(t`the run is too long for a link`);
  return hash;
}

/** Whether a hash is a run rather than a heading of the page. */
export const isRun = (hash: string): boolean => hash.startsWith('#run=');

/**
 * Decodes a link of `writeLink`.
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

/** Splits a message about an invalid run: `path: expected …, found …`. */
export function partsOfMessage(message: string): { path: string; expected: string; found: string } | undefined {
  const [, path, expected, found] = /^([^\s:]+): expected (.*), found (.*)$/s.exec(message) ?? [];
  return path === undefined ? undefined : { path, expected, found };
}
