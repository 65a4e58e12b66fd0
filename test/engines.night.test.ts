/** What engines compute: all golden values, all random draws, small networks on the native backend, too, and trainings on all of MNIST. */
import './bytes.test';
import './golden.test';
import '../packages/networks/test/options.test';
import '../packages/event-engine/test/layers.test';
import '../packages/event-engine/test/trains.test';
