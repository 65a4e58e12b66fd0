/** All chapters in Firefox, and its threads however a page comes by them. */
import './firefox.test';
import './threads.test';
