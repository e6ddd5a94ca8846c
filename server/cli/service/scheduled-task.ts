import path from 'node:path';
import { MARK, serveArguments, type ServicePlan, type ServiceProgram, xmlText } from './service-plan.ts';

const TASK = 'apikeyrouter';

/** A task of the Task Scheduler for this user's logon; without a time limit, which is three days otherwise. */
export function scheduledTaskPlan(program: ServiceProgram): ServicePlan {
  const text = `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>API Key Router. ${xmlText(MARK)}.</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <Enabled>true</Enabled>
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>3</Count>
    </RestartOnFailure>
    <Hidden>true</Hidden>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>${xmlText(program.node)}</Command>
      <Arguments>${xmlText(serveArguments(program).map(quoted).join(' '))}</Arguments>
    </Exec>
  </Actions>
</Task>
`;
  const file = path.win32.join(program.folder, 'service.xml');
  return {
    file,
    text,
    encoding: 'utf16le',
    enable: [['schtasks', '/Create', '/TN', TASK, '/XML', file]],
    start: ['schtasks', '/Run', '/TN', TASK],
    disable: [['schtasks', '/Delete', '/TN', TASK, '/F']],
    forget: [],
    isRunning: ['schtasks', '/Query', '/TN', TASK],
  };
}

/** As programs of the C runtime read it: backslashes count only before a quote, and paths have no quotes. */
function quoted(word: string): string {
  return `"${word.replace(/\\+$/, '$&$&')}"`;
}
