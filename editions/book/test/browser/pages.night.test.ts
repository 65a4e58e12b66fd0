/** Pages both wide and narrow, all live figures, all digits in all places, and trainings in full. */
import './book.test';
import './figures.test';
import './playground.test';
import './train.test';
