// The types of machine.mjs, which is JavaScript because Node loads it before packages are installed.
export interface Python {
  version: string;
  executable: string;
}
export interface Place {
  folder: string;
  /** bytes */
  needed: number;
  /** what to do instead of freeing some */
  alternative: string;
}
/** A `note` is a flaw that set-up can live with. */
export interface Verdict {
  status: 'ok' | 'note' | 'fault';
  found: string;
  fix?: string;
}
export interface Machine {
  checkNode(): string | undefined;
  findPython(): Python & { warning?: string };
  findCompiler(): string | undefined;
  freeBytes(folder: string): number | undefined;
  windows: boolean;
  env: NodeJS.ProcessEnv;
  memory(): { total: number; available?: number };
  whyNotWritable(folder: string): string;
  isSetUp(): boolean;
}
/** The part of a bundle for one kind of machine. */
export interface Kind {
  isFolder: boolean;
  /** its path or address */
  folder: string;
  /** such as linux-x64-node22 */
  name: string;
  /** names and SHA-256 */
  files: [string, string][];
  /** whether the address contains the bundle's fingerprint */
  isTrusted: boolean;
}
export type Check = Verdict & { name: string };

export const nodeMajor: number;
export function freeBytes(folder: string): number | undefined;
export function gigabytes(bytes: number): string;
export function spaceNeededBy(clone: string): [Place, Place];
export function findMissingSpace(places: Place[], free?: typeof freeBytes): { found: string; fix: string } | undefined;
export function checkNode(): string | undefined;
export function npmCommand(): [string, string[]];
export function findCompiler(): string | undefined;
export function describeMissingCompiler(): { cause: string; fix: string };
export function pythonEnv(): NodeJS.ProcessEnv;
export function findPython(): Python & { warning?: string };
export const machine: Machine;
export const CHECKS: Record<'Node' | 'Python' | 'compiler' | 'disk' | 'memory', (machine: Machine) => Verdict>;
export function lineOf(name: string, verdict: Verdict): string;
export function checkMachine(): Check[];
export function summary(state: string, checks: Check[], facts?: string[]): string;
export function isNodeUnsupported(): boolean;
export function checkBeforeSetUp(lack?: string): void;
export function kindOfBundle(): string;
export function sha256Of(file: string): Promise<string>;
export function lockHashes(): Record<'package-lock.json' | 'requirements.txt', string>;
export function fingerprintOf(kindsText: string): string;
export function get(address: string | URL): Promise<Response>;
export function openKind(from: string): Promise<Kind>;
export function verify(folder: string, files: Kind['files'], onFile: (line: string) => void): Promise<void>;
export function packagesIn(from: string, aside: string): Promise<string>;
export function check(): void;
