/**
 * node-inspect-extracted lists every item of an array as a property, only to drop it, which takes a second per million. It
 * captures `Object.getOwnPropertyDescriptors` when it is loaded; until `restore()`, this version lists no properties of
 * long arrays.
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
