// The slips of paper that the learners get: one page to print and cut, and the same as text.
import { escapeHtml } from '../../../../packages/system/html.mjs';

/** @typedef {import('./roster.mjs').Slip} Slip */

const STYLE = `
@page { size: A4; margin: 10mm; }
body { font: 11pt/1.45 system-ui, sans-serif; margin: 0; display: grid; grid-template-columns: 1fr 1fr; }
section { border: 1px dashed #888; padding: 4mm 6mm; break-inside: avoid; }
h2 { font-size: 12pt; margin: 0 0 2mm; }
p { margin: 0; }
code { font: 13pt monospace; }
small { color: #444; }`;

/**
 * A page of slips, eight rows of two on A4.
 * @param {Slip[]} people
 * @param {string} address of the hub, as it is typed into a browser
 * @param {string} [note] a sentence for all, such as what to do about the certificate
 */
export function slipsAsHtml(people, address, note = '') {
  const slips = people.map(
    ({ name, label, password }) => `<section>
<h2>${escapeHtml(label)}</h2>
<p>Address: <code>${escapeHtml(address)}</code></p>
<p>Name: <code>${escapeHtml(name)}</code></p>
<p>Password: <code>${escapeHtml(password)}</code></p>
${note ? `<p><small>${escapeHtml(note)}</small></p>\n` : ''}</section>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Slips for the workshop</title><style>${STYLE}
</style></head>
<body>
${slips.join('\n')}
</body></html>
`;
}

/**
 * The same slips as text, with a line to cut along.
 * @param {Slip[]} people
 * @param {string} address
 * @param {string} [note]
 */
export function slipsAsText(people, address, note = '') {
  const slips = people.map(({ name, label, password }) =>
    [
      ...(label === name ? [] : [label]),
      `Address:   ${address}`,
      `Name:      ${name}`,
      `Password:  ${password}`,
      ...(note ? [note] : []),
    ].join('\n'),
  );
  return `${slips.join(`\n\n${'- '.repeat(30).trim()}\n\n`)}\n`;
}
