import { z } from 'zod';
import { type Route, route } from '../route.ts';

/** Ends the daemon: `stop` when running requests are done, `hand-over` to a newer one that is starting. */
export interface Lifecycle {
  readonly stop: () => void;
  readonly handOver: () => Promise<{ readonly running: number }>;
}

/** The process itself. */
export function daemonRoutes({ stop, handOver }: Lifecycle): readonly Route[] {
  const tag = 'Daemon';
  return [
    route({
      method: 'POST',
      path: '/daemon/stop',
      id: 'stopDaemon',
      tag,
      summary: 'Stops the daemon when running answers have ended.',
      role: 'admin',
      status: 202,
      answer: z.object({ stopping: z.literal(true) }),
      run: () => {
        stop();
        return { stopping: true };
      },
    }),
    route({
      method: 'POST',
      path: '/daemon/hand-over',
      id: 'handOver',
      tag,
      summary: 'Lets a newer daemon take over: this one takes no new requests and ends with its last answer.',
      role: 'admin',
      answer: z.object({ running: z.int() }),
      run: () => handOver(),
    }),
  ];
}
