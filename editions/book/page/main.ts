/** The script of every page. */
import { addCopyButtons } from './copy';
import { addFigureButtons } from './figures';
import { openDrawersByKey } from './menus';
import { becomeApp } from './offline';
import { explainRunLinks } from './run';

addFigureButtons();
addCopyButtons();
openDrawersByKey();
explainRunLinks();
becomeApp((document.currentScript as HTMLScriptElement).src);
