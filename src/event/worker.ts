/** One helping thread of the pool. */
import { workerData } from 'node:worker_threads';
import { EventCore } from './core';
import { type Helper, help } from './pool';

const { module, memory, options, thread, spin } = workerData as Helper;
help(new EventCore(module, memory, options, thread), spin);
