/**
 * The kernel's description of its language. A notebook that is served with the same `language_info` in its metadata is
 * unchanged when it is opened; with any other it counts as changed.
 * The version is that of tslab's TypeScript; the build puts in that of another.
 */
export const LANGUAGE_INFO = {
  name: 'typescript',
  version: '5.0',
  mimetype: 'text/typescript',
  file_extension: '.ts',
  codemirror_mode: { mode: 'typescript', name: 'javascript', typescript: true },
};
