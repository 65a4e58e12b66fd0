/** The script of every page. */
import { addCopyButtons } from './copy';
import { addFigureButtons } from './figures';
import { openDrawersByKey } from './menus';

addFigureButtons();
addCopyButtons();
openDrawersByKey();
