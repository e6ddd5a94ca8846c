import path from 'node:path';
import {
  MARK,
  serveArguments,
  type ServiceHost,
  type ServicePlan,
  type ServiceProgram,
  xmlText,
} from './service-plan.ts';

const LABEL = 'apikeyrouter.daemon';

/** A launch agent (launchd.plist(5)): it runs while the user is logged in, where the keychain is open. */
export function launchdPlan({ homeFolder, uid }: ServiceHost, program: ServiceProgram): ServicePlan {
  const words = [program.node, ...serveArguments(program)];
  const text = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- ${MARK}; "apikeyrouter service uninstall" removes it. -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${LABEL}</string>
  <key>ProgramArguments</key>
  <array>
${words.map((word) => `    <string>${xmlText(word)}</string>`).join('\n')}
  </array>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>10</integer>
  <key>Umask</key>
  <integer>63</integer>
</dict>
</plist>
`;
  const file = path.posix.join(homeFolder, 'Library', 'LaunchAgents', `${LABEL}.plist`);
  const target = `gui/${uid}/${LABEL}`;
  return {
    file,
    text,
    encoding: 'utf8',
    enable: [['launchctl', 'enable', target]],
    start: ['launchctl', 'bootstrap', `gui/${uid}`, file],
    disable: [['launchctl', 'bootout', target]],
    forget: [],
    isRunning: ['launchctl', 'print', target],
  };
}
