/** The script of every page. */
import { addCopyButtons } from './copy';
import { addFigureButtons } from './figures';
import { openDrawersByKey } from './menus';
import { explainRunLinks } from './run';

addFigureButtons();
addCopyButtons();
openDrawersByKey();
explainRunLinks();
