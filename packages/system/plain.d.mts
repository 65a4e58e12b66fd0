// The types of plain.mjs, which Node 14 reads and so is no TypeScript.
export const root: string;
export const windows: boolean;
export class UserError extends Error {}
export const ROOM: { clone: number; elsewhere: number };
export function causeOf(error: unknown): string | undefined;
export function remove(file: string): void;
export function filesUnder(folder: string): string[];
export function hashOf(files: string[], more?: string, folder?: string): string;
