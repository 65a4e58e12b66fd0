/** A worker thread of a notebook. It serves one engine at a time, and reports when it is free again. */
import { type HelperStart, serveTasks } from '../../packages/event-engine/tasks';

const scope = self as unknown as {
  onmessage: (event: MessageEvent<HelperStart>) => void;
  postMessage(message: 'free'): void;
};

scope.onmessage = ({ data }) => {
  serveTasks(data);
  scope.postMessage('free');
};
