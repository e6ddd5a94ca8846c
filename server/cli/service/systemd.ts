import path from 'node:path';
import {
  MARK,
  serveArguments,
  type ServiceHost,
  type ServicePlan,
  type ServiceProgram,
} from './service-plan.ts';

const UNIT = 'apikeyrouter.service';

/**
 * A user unit. Of systemd's hardening only what works without root (systemd.exec(5)); memory stays writable and
 * executable, since V8 compiles.
 */
export function systemdPlan({ env, homeFolder }: ServiceHost, program: ServiceProgram): ServicePlan {
  const config = env['XDG_CONFIG_HOME'] || path.posix.join(homeFolder, '.config');
  const command = [program.node, ...serveArguments(program)].map(quoted).join(' ');
  const text = `# ${MARK}; "apikeyrouter service uninstall" removes it.
[Unit]
Description=API Key Router

[Service]
ExecStart=${command}
Restart=on-failure
RestartSec=5
TimeoutStopSec=30
UMask=0077
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native

[Install]
WantedBy=default.target
`;
  const systemctl = (...args: readonly string[]) => ['systemctl', '--user', ...args] as const;
  return {
    file: path.posix.join(config, 'systemd', 'user', UNIT),
    text,
    encoding: 'utf8',
    enable: [systemctl('daemon-reload'), systemctl('enable', UNIT)],
    start: systemctl('start', UNIT),
    disable: [systemctl('disable', '--now', UNIT)],
    forget: [systemctl('daemon-reload')],
    isRunning: systemctl('is-active', '--quiet', UNIT),
  };
}

/** One word of a command line: quoted, and nothing in it expanded (systemd.service(5), "Command lines"). */
function quoted(word: string): string {
  const escaped = word.replace(/["\\]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$');
  return `"${escaped}"`;
}
