import { homedir } from 'node:os';
import path from 'node:path';
import { chosenFolder } from '../management-client.ts';
import { servicePlan } from './plan-for-system.ts';
import type { ServicePlan } from './service-plan.ts';

/** How this program, with the Node that runs it, is started at login on this system. */
export function serviceHere(): ServicePlan {
  return servicePlan(
    {
      platform: process.platform,
      env: process.env,
      homeFolder: homedir(),
      uid: process.getuid?.() ?? -1,
    },
    { node: process.execPath, script: path.join(__dirname, 'cli.cjs'), folder: chosenFolder() },
  );
}
