// The types of machine.mjs, which Node 14 reads and so is no TypeScript.
export interface Python {
  version: string;
  executable: string;
}
export interface Place {
  folder: string;
  /** bytes */
  needed: number;
  /** what to do unless some are freed */
  other: string;
}
/** note: it works, but could be better */
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
/** What a bundle has for a kind of machine. */
export interface Kind {
  isFolder: boolean;
  /** its path or address */
  folder: string;
  /** its name */
  own: string;
  /** names and hashes */
  files: [string, string][];
  /** whether its address names the fingerprint of what is served */
  isKnown: boolean;
}
export type Check = Verdict & { name: string };

export const nodeMajor: number;
export function freeBytes(folder: string): number | undefined;
export function gigabytes(bytes: number): string;
export function placesOf(clone: string): [Place, Place];
export function lacksRoom(places: Place[], free?: typeof freeBytes): { found: string; fix: string } | undefined;
export function checkNode(): string | undefined;
export function npmCommand(): [string, string[]];
export function findCompiler(): string | undefined;
export function noCompiler(): { cause: string; fix: string };
export function pythonEnv(): NodeJS.ProcessEnv;
export function findPython(): Python & { warning?: string };
export const machine: Machine;
export const CHECKS: Record<'Node' | 'Python' | 'compiler' | 'disk' | 'memory', (machine: Machine) => Verdict>;
export function lineOf(name: string, verdict: Verdict): string;
export function checkMachine(): Check[];
export function summary(state: string, checks: Check[], facts?: string[]): string;
export function isUnfit(): boolean;
export function examine(lack?: string): void;
export function kindOfBundle(): string;
export function sha256Of(file: string): Promise<string>;
export function fits(): Record<'package-lock.json' | 'requirements.txt', string>;
export function fingerprintOf(kindsText: string): string;
export function get(address: string | URL): Promise<Response>;
export function openKind(from: string): Promise<Kind>;
export function verify(folder: string, files: Kind['files'], onFile: (line: string) => void): Promise<void>;
export function packagesIn(from: string, aside: string): Promise<string>;
export function check(): void;
