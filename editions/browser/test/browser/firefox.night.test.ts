/** All chapters in Firefox. */
import './firefox.test';
