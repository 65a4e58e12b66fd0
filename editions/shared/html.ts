/** Escapes text for HTML, also inside attributes. */
export const escapeHtml = (string: string) =>
  string.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
