'use strict';
// An error names the lines that a person wrote: of cells, of their files, of the package. Without this it names lines of
// the compiled cell, and ten of tslab.
const { sep } = require('node:path');
const { inspect, types } = require('node:util');
const { originOf } = require('./origins.cjs');

/** V8 keeps ten frames. One call of TensorFlow.js has more, and the cell would not be among them. */
const KEPT = 60;
const SHOWN = 12;
const LINE_LENGTH = 100;

/** Stacks as they were first read: Node later puts lines of the compiled cell before that of an error in a plain cell. */
const stacks = new WeakMap();

const LIBRARY = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/s;

/** What there is to say about a frame: `library` for one of a package from npm; nothing for Node's own and the kernel's. */
function describeFrame(site) {
  const script = site.getScriptNameOrSourceURL?.() ?? site.getFileName();
  if (!script || script.startsWith('node:') || script.startsWith('evalmachine.')) return undefined;
  if (script.startsWith(__dirname + sep)) return undefined;
  const name = site.getFunctionName()?.replace(/^(Object|Module|exports)\./, '') ?? '';
  const library = LIBRARY.exec(script)?.[1].replaceAll('\\', '/');
  if (library !== undefined) return { library, name: name.replace(/_+(op)?$/, '') };
  const origin = originOf(script, site.getLineNumber() ?? 1, site.getColumnNumber() ?? 1);
  return origin && { ...origin, name };
}

function frameLine({ library, name, place, line, text }) {
  if (library !== undefined) return `    at ${name || 'a function'} (${library})`;
  if (!place.startsWith('cell ')) return `    at ${name ? `${name} (${place}:${line})` : `${place}:${line}`}`;
  const where = line === undefined ? place : `${place}, line ${line}`;
  const short = text && text.length > LINE_LENGTH ? `${text.slice(0, LINE_LENGTH - 1)}…` : text;
  return `    at ${where}${name ? `, in ${name}` : ''}${short ? `: ${short}` : ''}`;
}

/** The lines of a stack that help the person who wrote the cell. */
function frameLines(sites) {
  const frames = [];
  for (const site of sites) {
    const frame = describeFrame(site);
    if (frame === undefined || frame.library === 'tslab') continue;
    // Of libraries only the function that was called from outside: the last of their frames.
    if (frame.library !== undefined && frames.at(-1)?.library !== undefined) frames.pop();
    frames.push(frame);
  }
  // A function that calls itself is shown once.
  const lines = frames.map(frameLine).filter((text, i, all) => text !== all[i - 1]);
  if (lines.length <= SHOWN) return lines;
  const half = SHOWN / 2;
  return [...lines.slice(0, half), `    … ${lines.length - SHOWN} more`, ...lines.slice(-half)];
}

const nameAndMessage = (error) => {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error'; // whose message cannot be read
  }
};

function stackOf(error, sites) {
  const lines = frameLines(sites);
  const frames = lines.length > 0 ? lines : sites.map((site) => `    at ${site}`); // of the kernel itself
  return [nameAndMessage(error), ...frames].join('\n');
}

/** From now on `error.stack` is short and names what was written. */
exports.shortenStacks = () => {
  Error.stackTraceLimit = KEPT;
  Error.prepareStackTrace = (error, sites) => {
    const stack = stackOf(error, sites);
    if (typeof error === 'object' && error !== null) stacks.set(error, stack);
    return stack;
  };
};

const isError = (value) => types.isNativeError(value) || value instanceof Error;

/** What a cell shows of the value that ended it, with its causes down to a depth (an error may be its own). */
function describeError(error, depth = 5) {
  if (!isError(error)) return inspect(error);
  const { stack } = error;
  const parts = [stacks.get(error) ?? String(stack ?? nameAndMessage(error))];
  if (depth > 0) {
    for (const inner of Array.isArray(error.errors) ? error.errors : []) parts.push(describeError(inner, depth - 1));
    if (error.cause !== undefined) parts.push(`Caused by: ${describeError(error.cause, depth - 1)}`);
  }
  return parts.join('\n');
}
exports.describeError = (error) => (isError(error) ? describeError(error) : `Uncaught ${inspect(error)}`);
