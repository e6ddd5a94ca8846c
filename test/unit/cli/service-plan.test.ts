import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { servicePlan } from '../../../server/cli/service/plan-for-system.ts';
import type { ServicePlan } from '../../../server/cli/service/service-plan.ts';

const GOLDEN = path.join(import.meta.dirname, 'golden');
/** Everything that a system's file could take for something else. */
const UNIX = {
  node: '/opt/100% node/bin/node',
  script: '/opt/a & <b>/cli.cjs',
  folder: '/home/me/it\'s "$HOME" \\',
};
const WINDOWS = {
  node: 'C:\\Program Files\\nodejs\\node.exe',
  script: 'C:\\a & b\\cli.cjs',
  folder: 'C:\\Users\\me\\AppData\\Roaming\\apikeyrouter\\',
};

function planFor(platform: string, env: Readonly<Record<string, string>> = {}): ServicePlan {
  const program = platform === 'win32' ? WINDOWS : UNIX;
  return servicePlan({ platform, env, homeFolder: '/home/me', uid: 1000 }, program);
}

describe('the service', () => {
  for (const [platform, golden] of [
    ['linux', 'apikeyrouter.service'],
    ['darwin', 'apikeyrouter.daemon.plist'],
    ['win32', 'task.xml'],
  ] as const) {
    it(`is written for ${platform} as it should be`, () => {
      assert.equal(planFor(platform).text, readFileSync(path.join(GOLDEN, golden), 'utf8'));
    });
  }

  it('lies where each system looks for it', () => {
    assert.equal(planFor('linux').file, '/home/me/.config/systemd/user/apikeyrouter.service');
    const elsewhere = planFor('linux', { XDG_CONFIG_HOME: '/cfg' });
    assert.equal(elsewhere.file, '/cfg/systemd/user/apikeyrouter.service');
    assert.equal(planFor('darwin').file, '/home/me/Library/LaunchAgents/apikeyrouter.daemon.plist');
    assert.equal(planFor('win32').file, `${WINDOWS.folder}service.xml`);
  });

  it('is for the user alone', () => {
    assert.ok(
      planFor('linux').enable.every(([program, scope]) => program === 'systemctl' && scope === '--user'),
    );
    assert.deepEqual(planFor('darwin').start.slice(0, 3), ['launchctl', 'bootstrap', 'gui/1000']);
  });

  it('is refused for other systems, and for paths that would be more than a path', () => {
    assert.throws(() => planFor('aix'), { code: 'invalid_request', message: /no service for aix/ });
    const folder = '/home/me\nExecStartPre=/bin/evil';
    assert.throws(
      () => servicePlan({ platform: 'linux', env: {}, homeFolder: '/', uid: 1 }, { ...UNIX, folder }),
      /control characters/,
    );
  });
});
