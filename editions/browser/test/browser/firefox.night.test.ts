/** All chapters in Firefox, and every link. */
import './firefox.test';
