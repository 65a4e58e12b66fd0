// What is needed to write HTML.
export const escapeHtml = (string: string) =>
  string.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
