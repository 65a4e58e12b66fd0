// What is needed to write HTML.
export const escapeHtml = (/** @type {string} */ string) =>
  string.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** From a page, given by its name below the book, to the top of the book: '' or '../' as often as needed. */
export const upFrom = (/** @type {string} */ name) => '../'.repeat(name.split('/').length - 1);
