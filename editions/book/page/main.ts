/** The script of every page. */

import { becomeApp } from '../../shared/page/offline';
import { addCopyButtons } from './copy';
import { addFigureButtons } from './figures';
import { openDrawersByKey } from './menus';
import { explainRunLinks } from './run';
import { tellOfMore } from './scroll';

addFigureButtons();
addCopyButtons();
openDrawersByKey();
explainRunLinks();
tellOfMore();
becomeApp((document.currentScript as HTMLScriptElement).src);

// From now on links glide (see theme.css): what comes late, such as fonts, has moved the text.
addEventListener('load', async () => {
  await document.fonts.ready;
  document.documentElement.dataset.settled = '';
});
