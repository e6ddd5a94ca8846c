import type { Admin } from '../../../core/admin/admin.ts';
import type { WebhookAdmin } from '../../../core/admin/webhook-admin.ts';
import type { BodyRecorder } from '../../../core/recording/body-recorder.ts';
import type { Clock } from '../../../core/ports/clock.ts';
import type { Backups } from '../../../core/ports/backups.ts';
import type { Reports } from '../../../core/ports/reports.ts';
import type { Reconciler } from '../../../core/reconciliation/reconciler.ts';
import type { Route } from '../route.ts';
import { bodyRoutes } from './body-routes.ts';
import { backupRoutes } from './backup-routes.ts';
import { daemonRoutes, type Lifecycle } from './daemon-routes.ts';
import { historyRoutes } from './history-routes.ts';
import { keyRoutes } from './key-routes.ts';
import { limitRoutes } from './limit-routes.ts';
import { modelRoutes } from './model-routes.ts';
import { policyRoutes } from './policy-routes.ts';
import { priceRoutes } from './price-routes.ts';
import { providerRoutes } from './provider-routes.ts';
import { reconciliationRoutes } from './reconciliation-routes.ts';
import { reportRoutes } from './report-routes.ts';
import { stateRoutes } from './state-routes.ts';
import { tokenRoutes } from './token-routes.ts';
import { virtualKeyRoutes } from './virtual-key-routes.ts';
import { webhookRoutes } from './webhook-routes.ts';

export interface ManagementParts {
  readonly admin: Admin;
  readonly webhooks: WebhookAdmin;
  readonly bodies: BodyRecorder;
  readonly reports: Reports;
  readonly reconciler: Reconciler;
  readonly backups: Backups;
  readonly clock: Clock;
  readonly lifecycle: Lifecycle;
}

/** The management API: what there is, and what it calls. Of two paths that fit the first one counts. */
export function managementRoutes(parts: ManagementParts): readonly Route[] {
  const { admin, webhooks, bodies, reports, reconciler, backups, clock, lifecycle } = parts;
  return [
    ...stateRoutes(admin),
    ...keyRoutes(admin),
    ...providerRoutes(admin),
    ...virtualKeyRoutes(admin),
    ...modelRoutes(admin),
    ...limitRoutes(admin),
    ...policyRoutes(admin),
    ...historyRoutes(admin),
    ...bodyRoutes(bodies),
    ...reconciliationRoutes(reconciler, clock),
    ...reportRoutes({ admin, reports }, clock),
    ...webhookRoutes(webhooks),
    ...tokenRoutes(admin),
    ...priceRoutes(admin),
    ...backupRoutes(backups, admin),
    ...daemonRoutes(lifecycle),
  ];
}
