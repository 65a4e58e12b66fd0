/** One helping thread of a notebook. It helps one engine after the other, and says when it is free again. */
import { type HelperStart, serveTasks } from '../../packages/event-engine/tasks';

const scope = self as unknown as {
  onmessage: (event: MessageEvent<HelperStart>) => void;
  postMessage(message: 'free'): void;
};

scope.onmessage = ({ data }) => {
  serveTasks(data);
  scope.postMessage('free');
};
