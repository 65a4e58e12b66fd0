// The types of packages.mjs, which Node 14 reads and so is no TypeScript.
export const ARRIVED: RegExp;
export const SILENCE: number;
export function isOffline(lines: string[]): boolean;
export function succeeded(result: { code: number; lines: string[] }, command: string, help?: string): void;
export function nameOf(place: string, entry: { name?: string }): string;
export function tarballOf(one: { name: string; version: string }): string;
export function packagesLack(): string | undefined;
export function install(from?: string): Promise<void>;
