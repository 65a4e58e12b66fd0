// Opens links into the book in a new tab. JupyterLab would open the file itself, without its styles. `lab_server.py`
// serves at /build/ the files that JupyterLab has at /files/build/.
const IN_BOOK = /^(.*?)(?:\/files)?(\/build\/(?:book|lite)\/.*)$/;

/** @param {Event} event */
function correct(event) {
  const link = event.target instanceof Element && event.target.closest('a[href]');
  if (!(link instanceof HTMLAnchorElement) || link.origin !== location.origin) return;
  const [, base, path] = IN_BOOK.exec(link.pathname) ?? [];
  if (path === undefined) return;
  link.href = base + path + link.hash;
  link.target = '_blank';
  if (event.type === 'click') event.stopPropagation(); // on its way to JupyterLab
}

const plugin = {
  id: 'lif-fc-mnist-book:links',
  autoStart: true,
  activate() {
    // Before a link is followed by a click, the keyboard, or "open in a new tab".
    for (const type of ['pointerover', 'focusin', 'click']) document.addEventListener(type, correct, { capture: true });
  },
};

// In the form that webpack's module federation produces.
const page = /** @type {any} */ (window);
page._JUPYTERLAB ??= {};
page._JUPYTERLAB['lif-fc-mnist-book'] = { init() {}, get: async () => () => ({ __esModule: true, default: plugin }) };
