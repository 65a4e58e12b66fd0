/** What engines compute: all golden values, all random draws, and small networks on the native backend, too. */
import './golden.test';
import '../packages/networks/test/options.test';
import '../packages/event-engine/test/layers.test';
import '../packages/event-engine/test/trains.test';
