import { Command } from 'commander';
import { VERSION } from '../../shared/version.ts';
import { addAuditCommand } from './commands/audit.ts';
import { addBodiesCommand } from './commands/bodies.ts';
import { addBackupCommands } from './commands/backup.ts';
import { addBudgetsCommands } from './commands/budgets.ts';
import { addConnectCommands } from './commands/connect.ts';
import { addCompletionCommand } from './commands/completion.ts';
import { addDaemonCommands } from './commands/daemon.ts';
import { addEnvCommand } from './commands/env.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addKeysCommands } from './commands/keys.ts';
import { addModelsCommands } from './commands/models.ts';
import { addPoliciesCommands } from './commands/policies.ts';
import { addPricesCommands } from './commands/prices.ts';
import { addQuotasCommands } from './commands/quotas.ts';
import { addReconcileCommands } from './commands/reconcile.ts';
import { addReportCommand } from './commands/report.ts';
import { addRequestsCommands } from './commands/requests.ts';
import { addRouteCommand } from './commands/route.ts';
import { addServiceCommands } from './commands/service.ts';
import { addTokensCommands } from './commands/tokens.ts';
import { addTransferCommands } from './commands/transfer.ts';
import { addUninstallCommand } from './commands/uninstall.ts';
import { addVirtualKeysCommands } from './commands/virtual-keys.ts';
import { addWebhooksCommands } from './commands/webhooks.ts';

const EPILOGUE = `
To begin:
  apikeyrouter keys add openai                     asks for the key, hidden
  apikeyrouter connect claude-code                 points a tool at it; "connect" alone lists the tools
  apikeyrouter virtual-keys create my-tool         a token for any other tool, and what to tell it

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the daemon is not running`;

/** Every command that there is. `json`: errors are for programs. */
export function program(json: boolean): Command {
  const root = new Command('apikeyrouter')
    .description(
      'One local address for every AI coding tool: keys with failover, exact budgets, explained routing.',
    )
    .version(VERSION)
    .option('--json', 'print JSON for programs')
    .option('--home <folder>', "data folder (default: $APIKEYROUTER_HOME, else the system's place)")
    .addHelpText('after', EPILOGUE)
    .showHelpAfterError('(add --help for what is possible)')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .hook('preAction', (_, command) => {
      const { home } = command.optsWithGlobals<{ home?: string }>();
      if (home !== undefined) process.env['APIKEYROUTER_HOME'] = home;
    });
  // Programs get the error as JSON instead, once it is caught.
  if (json) root.configureOutput({ writeErr: () => undefined });
  addDaemonCommands(root);
  addKeysCommands(root);
  addConnectCommands(root);
  addEnvCommand(root);
  addVirtualKeysCommands(root);
  addModelsCommands(root);
  addBudgetsCommands(root);
  addQuotasCommands(root);
  addPoliciesCommands(root);
  addRouteCommand(root);
  addRequestsCommands(root);
  addBodiesCommand(root);
  addReportCommand(root);
  addReconcileCommands(root);
  addAuditCommand(root);
  addTokensCommands(root);
  addWebhooksCommands(root);
  addPricesCommands(root);
  addServiceCommands(root);
  addDoctorCommand(root);
  addBackupCommands(root);
  addTransferCommands(root);
  addCompletionCommand(root);
  addUninstallCommand(root);
  return root;
}
