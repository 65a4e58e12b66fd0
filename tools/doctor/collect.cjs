'use strict';
// `npm run doctor -- --collect FOLDER`: what the learners have sent, one line for each of their reports (`doctor -- --json`).
const { readdirSync, readFileSync } = require('fs');
const { join } = require('path');

/** The report in a file; undefined if it is none. Windows PowerShell writes UTF-16 where other shells write UTF-8. */
function read(path) {
  try {
    const bytes = readFileSync(path);
    const text = bytes.toString(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf16le' : 'utf8');
    const report = JSON.parse(text.replace(/^\ufeff/, ''));
    return typeof report.line === 'string' ? report : undefined;
  } catch (_) {
    return undefined;
  }
}

/** A line for each `NAME.json` of a folder, and a last one that counts them. */
function collect(folder) {
  const files = readdirSync(folder).filter((file) => /\.json$/i.test(file));
  const reports = files.sort().map((file) => [file.slice(0, -5), read(join(folder, file))]);
  const lines = reports.map(([name, report]) => `${name}: ${report ? report.line : 'no report of the doctor'}`);
  const known = reports.map(([, report]) => report).filter(Boolean);
  const editions = Array.from(new Set(known.map((report) => report.edition).filter(Boolean))).sort();
  const ready = known.filter((report) => report.ready).length;
  lines.push('', `${ready} of ${files.length} are ready; editions: ${editions.join(', ') || 'none'}`);
  return lines;
}

module.exports = { collect };
