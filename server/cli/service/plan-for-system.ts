import { RouterError } from '../../core/router-error.ts';
import { launchdPlan } from './launchd.ts';
import { scheduledTaskPlan } from './scheduled-task.ts';
import type { ServiceHost, ServicePlan, ServiceProgram } from './service-plan.ts';
import { systemdPlan } from './systemd.ts';

/** The plan for a system. Throws `RouterError('invalid_request')` for one that has no such service, and for unfit paths. */
export function servicePlan(host: ServiceHost, program: ServiceProgram): ServicePlan {
  for (const place of Object.values(program)) {
    if (/\p{Cc}/u.test(place)) {
      throw new RouterError(
        'invalid_request',
        'A path with control characters can not be written into a service.',
      );
    }
  }
  switch (host.platform) {
    case 'linux':
      return systemdPlan(host, program);
    case 'darwin':
      return launchdPlan(host, program);
    case 'win32':
      return scheduledTaskPlan(program);
    default:
      throw new RouterError(
        'invalid_request',
        `There is no service for ${host.platform}. Have your system run "apikeyrouter serve --no-import" at login.`,
      );
  }
}
