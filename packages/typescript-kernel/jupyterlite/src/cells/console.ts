/** Node's console, printing below the cell. */
import { show as showAny } from '../../../core/values';
import { format, inspect as inspectAny } from './inspect';

type Write = (name: 'stdout' | 'stderr', text: string) => void;

/** Like `inspect`, but never throws, whatever a proxy or a getter does. */
const inspect = (value: unknown, options?: object) => showAny(inspectAny, value, options);

function formatAny(...args: unknown[]): string {
  try {
    return format(...args);
  } catch {
    return args.map((arg) => (typeof arg === 'string' ? arg : inspect(arg))).join(' ');
  }
}

export function createConsole(write: Write): Record<string, (...args: never[]) => void> {
  const counts = new Map<string, number>();
  const times = new Map<string, number>();
  let indent = '';
  const line = (name: 'stdout' | 'stderr', text: string) =>
    write(name, `${indent}${indent ? text.replaceAll('\n', `\n${indent}`) : text}\n`);
  const out = (...args: unknown[]) => line('stdout', formatAny(...args));
  const error = (...args: unknown[]) => line('stderr', formatAny(...args));
  const group = (...args: unknown[]) => {
    if (args.length > 0) out(...args);
    indent += '  ';
  };
  /** Prints the time since `label` was started, or a warning if it was not. */
  const passed = (method: string, label: string, ...args: unknown[]) => {
    const begin = times.get(label);
    if (begin === undefined) error(`Warning: No such label '${label}' for console.${method}()`);
    else out(`${label}: ${duration(performance.now() - begin)}`, ...args);
  };
  return {
    log: out,
    info: out,
    debug: out,
    dirxml: out,
    error,
    warn: error,
    dir: (value: unknown, options?: object) => line('stdout', inspect(value, { customInspect: false, ...options })),
    table: (data: unknown, columns?: string[]) =>
      typeof data === 'object' && data !== null ? line('stdout', table(data, columns)) : out(data),
    trace: (...args: unknown[]) => {
      const frames = (new Error().stack ?? '').split('\n').slice(1);
      line('stderr', [`Trace${args.length > 0 ? `: ${formatAny(...args)}` : ''}`, ...frames].join('\n'));
    },
    assert: (value: unknown, ...args: unknown[]) => {
      if (value) return;
      if (typeof args[0] === 'string') error(`Assertion failed: ${args[0]}`, ...args.slice(1));
      else error(...(args.length > 0 ? ['Assertion failed:', ...args] : ['Assertion failed']));
    },
    group,
    groupCollapsed: group,
    groupEnd: () => {
      indent = indent.slice(2);
    },
    count: (label = 'default') => {
      counts.set(label, (counts.get(label) ?? 0) + 1);
      out(`${label}: ${counts.get(label)}`);
    },
    countReset: (label = 'default') => void counts.delete(label),
    time: (label = 'default') => {
      if (times.has(label)) error(`Warning: Label '${label}' already exists for console.time()`);
      else times.set(label, performance.now());
    },
    timeLog: (label = 'default', ...args: unknown[]) => passed('timeLog', label, ...args),
    timeEnd: (label = 'default') => {
      passed('timeEnd', label);
      times.delete(label);
    },
  };
}

const duration = (ms: number) => (ms >= 1000 ? `${(ms / 1000).toFixed(3)}s` : `${Number(ms.toFixed(3))}ms`);

/** A table in the format of Node. */
function table(data: object, columns?: string[]): string {
  const index = data instanceof Map || data instanceof Set ? '(iteration index)' : '(index)';
  const rows: [string, unknown][] =
    data instanceof Map || data instanceof Set
      ? [...data].map((row, i) => [String(i), data instanceof Map ? { Key: row[0], Values: row[1] } : row])
      : Object.entries(data);
  const isRow = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
  const keys = columns ?? [...new Set(rows.flatMap(([, row]) => (isRow(row) ? Object.keys(row) : [])))];
  const hasPlain = rows.some(([, row]) => !isRow(row));
  const show = (value: unknown) =>
    inspect(value, {
      depth: isRow(value) && Object.keys(value).length > 2 ? -1 : 0,
      maxArrayLength: 3,
      breakLength: Infinity,
    });
  const head = [index, ...keys, ...(hasPlain ? ['Values'] : [])];
  const body = rows.map(([name, row]) => [
    name,
    ...keys.map((key) => (isRow(row) && Object.hasOwn(row, key) ? show(row[key]) : '')),
    ...(hasPlain ? [isRow(row) ? '' : show(row)] : []),
  ]);
  const widths = head.map((title, i) =>
    Math.max(...[title, ...body.map((row) => row[i] as string)].map((x) => x.length)),
  );
  const rule = (left: string, middle: string, right: string) =>
    left + widths.map((width) => '─'.repeat(width + 2)).join(middle) + right;
  const draw = (cells: string[]) => `│${cells.map((text, i) => ` ${text.padEnd(widths[i] as number)} `).join('│')}│`;
  return [rule('┌', '┬', '┐'), draw(head), rule('├', '┼', '┤'), ...body.map(draw), rule('└', '┴', '┘')].join('\n');
}
