/** The bytes of trainings on all of MNIST. */
import './bytes.test';
import './bytes-ann.test';
import './bytes-hidden.test';
