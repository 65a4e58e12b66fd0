/**
 * node-inspect-extracted lists every item of an array among its properties, only to drop them: a second for each
 * million. It takes `Object.getOwnPropertyDescriptors` when it is loaded; until `restore()` that is one that lists
 * nothing of a long array, not even other properties set on it.
 */
const { getOwnPropertyDescriptors } = Object;

const LONG = 10_000;

const lengthOf = (value: unknown) =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView)) ? (value as unknown[]).length : 0;

Object.getOwnPropertyDescriptors = ((value: object) =>
  lengthOf(value) > LONG ? {} : getOwnPropertyDescriptors(value)) as typeof getOwnPropertyDescriptors;

export function restore(): void {
  Object.getOwnPropertyDescriptors = getOwnPropertyDescriptors;
}
