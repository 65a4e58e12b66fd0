// The types of packages.mjs, which Node 14 reads and so is no TypeScript.
import type { RunOptions, run } from '../packages/system/run';

export function runTwice(
  start: typeof run,
  command: string,
  args: string[],
  options?: RunOptions & { silence?: number },
): ReturnType<typeof run>;
export function succeeded(result: { code: number; lines: string[] }, command: string, help?: string): void;
export function nameOf(place: string, entry: { name?: string }): string;
export function tarballOf(one: { name: string; version: string }): string;
export function lackOf(stamp: string, made: object, folder: string): string | undefined;
export function packagesLack(): string | undefined;
export function install(from?: string): Promise<void>;
