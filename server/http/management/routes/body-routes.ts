import type { BodyRecorder } from '../../../core/recording/body-recorder.ts';
import { param, type Route, route } from '../route.ts';
import { recordedBodies } from '../schemas/body-answers.ts';

/** What was recorded of requests. */
export function bodyRoutes(bodies: BodyRecorder): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/requests/{request}/body',
      id: 'getRequestBody',
      tag: 'History',
      summary: 'What a tool sent and was answered, where that is recorded. The audit log knows who looked.',
      role: 'admin',
      answer: recordedBodies,
      run: (call) => bodies.read(param(call, 'request'), call.manager.name),
    }),
  ];
}
