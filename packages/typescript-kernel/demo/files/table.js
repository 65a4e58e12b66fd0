// A small library: a file of the site, next to the notebooks that import it.

/**
 * The rows of a text of comma-separated values, by the names in its first line. Numbers become numbers, `NA` becomes
 * null.
 */
export function parse(text) {
  const [names, ...rows] = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  const value = (field) => {
    if (field === 'NA') return null;
    return field === '' || Number.isNaN(Number(field)) ? field : Number(field);
  };
  return rows.map((fields) => Object.fromEntries(names.map((name, i) => [name, value(fields[i])])));
}

/** The rows as a table in Markdown. Numbers that are not whole have one decimal. */
export function markdown(rows) {
  const names = Object.keys(rows[0]);
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const cell = (value) => (typeof value !== 'number' || Number.isInteger(value) ? value : value.toFixed(1));
  const sides = names.map((name) => (typeof rows[0][name] === 'number' ? '---:' : '---'));
  return [names, sides, ...rows.map((row) => names.map((name) => cell(row[name])))].map(line).join('\n');
}
