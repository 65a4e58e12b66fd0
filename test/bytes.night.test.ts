/** The bytes of trainings on all of MNIST. */
import './bytes.test';
