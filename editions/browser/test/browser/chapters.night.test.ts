/** All chapters in Chromium. */
import './chapters.test';
