/** A helper thread of the pool. */
import { workerData } from 'node:worker_threads';
import { serveTasks } from '../../packages/event-engine/tasks';

serveTasks(workerData);
