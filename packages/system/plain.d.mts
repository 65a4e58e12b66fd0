// The types of plain.mjs, which is JavaScript because Node loads it before packages are installed.
export const root: string;
export const windows: boolean;
export class UserError extends Error {}
export const SPACE_NEEDED: { clone: number; elsewhere: number };
export function messageOf(error: unknown): string | undefined;
export function remove(file: string): void;
export function filesUnder(folder: string): string[];
export function hashOf(files: string[], more?: string, folder?: string): string;
