/** One helping thread of the pool. */
import { workerData } from 'node:worker_threads';
import { EventCore } from '../../event/core';
import { type Helper, help } from './pool';

// Not destructured: CommonJS has a `module` of its own.
const helper = workerData as Helper;
help(new EventCore(helper.module, helper.memory, helper.options, helper.thread), helper.spin);
