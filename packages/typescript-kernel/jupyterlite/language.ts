/**
 * The kernel's description of its language. JupyterLab marks a notebook as changed when it is opened, unless its metadata
 * has the same `language_info`. The version is that of tslab's TypeScript; the build replaces it by that of another.
 */
export const LANGUAGE_INFO = {
  name: 'typescript',
  version: '5.0',
  mimetype: 'text/typescript',
  file_extension: '.ts',
  codemirror_mode: { mode: 'typescript', name: 'javascript', typescript: true },
};
