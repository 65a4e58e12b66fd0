// The types of packages.mjs, which is JavaScript because Node loads it before packages are installed.
import type { RunOptions, run } from '../packages/system/run';

export function runWithRetry(
  start: typeof run,
  command: string,
  args: string[],
  options?: RunOptions & { silence?: number },
): ReturnType<typeof run>;
export function assertSucceeded(result: { code: number; lines: string[] }, command: string, help?: string): void;
export function nameOf(place: string, entry: { name?: string }): string;
export function tarballOf(one: { name: string; version: string }): string;
export function whyOutdated(stamp: string, made: object, folder: string): string | undefined;
export function whyPackagesOutdated(): string | undefined;
export function install(from?: string): Promise<void>;
