'use strict';
// To be required before a program (`node --require`): a disk that is full from its perspective. Files whose path
// matches FULL_DISK are still made, as on a real one, but take no bytes after the first FULL_DISK_AFTER writes (0 by
// default).
const fs = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');

const { openSync, writeFileSync, writeSync } = fs;
const places = new RegExp(process.env.FULL_DISK ?? '');
let left = Number(process.env.FULL_DISK_AFTER ?? 0);
const opened = new Map();

const checkRoom = (path) => {
  if (!places.test(String(path)) || left-- > 0) return;
  const properties = { errno: -28, code: 'ENOSPC', syscall: 'write' };
  throw Object.assign(new Error('ENOSPC: no space left on device, write'), properties);
};

fs.openSync = (path, ...rest) => {
  const handle = openSync(path, ...rest);
  opened.set(handle, path);
  return handle;
};
fs.writeSync = (handle, ...rest) => {
  if (opened.has(handle)) checkRoom(opened.get(handle));
  return writeSync(handle, ...rest);
};
fs.writeFileSync = (path, content, ...rest) => {
  writeFileSync(path, '', ...rest);
  checkRoom(path);
  return writeFileSync(path, content);
};
syncBuiltinESMExports();
