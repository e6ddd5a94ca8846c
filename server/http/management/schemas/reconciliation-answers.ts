import { z } from 'zod';
import type { Reconciliation, ResolvedOutcomes } from '../../../../shared/model/reconciliation.ts';
import { id, named, nano } from './value-schemas.ts';

const day = z.string().meta({ description: 'A UTC day, as providers bill: 2026-11-20.' });

const resolution = z
  .enum(['nothing', 'possible', 'day_not_final', 'not_billed_yet', 'billed_less', 'billed_more', 'shared'])
  .meta({
    description:
      'Whether attempts of unknown outcome can be given their cost from the bill. `shared`: once a person says that nobody else spends there.',
  });

export const reconciliation = z
  .object({
    since: day,
    until: day,
    accounts: z.array(
      z.object({
        providerId: id,
        keyId: id.meta({ description: 'The key that reads the bill.' }),
        keyName: z.string(),
        account: z.string().nullable(),
        coverage: z.enum(['declared', 'learned', 'organisation']),
        scopes: z.array(z.string()).meta({ description: 'Projects or workspaces; empty: all of them.' }),
        problem: z
          .string()
          .nullable()
          .meta({ description: 'Why the provider did not tell; then without days.' }),
        notes: z.array(z.string()),
        days: z.array(
          z.object({
            day,
            attempts: z.int(),
            settledNano: nano,
            estimatedNano: nano.meta({ description: 'The part of the cost that no provider reported.' }),
            unknownAttempts: z.int(),
            unknownNano: nano.meta({
              description:
                'The most that attempts of unknown outcome may have cost; not in the settled cost.',
            }),
            billedNano: nano.nullable(),
            driftPercent: z
              .number()
              .nullable()
              .meta({ description: 'How far the ledger is above the bill; negative: below.' }),
            resolution,
          }),
        ),
      }),
    ),
    uncompared: z.array(
      z.object({ providerId: id, settledNano: nano, unknownNano: nano, reason: z.string() }),
    ),
  })
  .register(named, { id: 'Reconciliation' }) satisfies z.ZodType<Reconciliation>;

export const resolvedOutcomes = z
  .object({
    resolved: z.array(z.object({ providerId: id, day, requestId: id, attemptId: id, costNano: nano })),
    left: z.array(z.object({ providerId: id, day, attempts: z.int(), reason: resolution })),
  })
  .register(named, { id: 'ResolvedOutcomes' }) satisfies z.ZodType<ResolvedOutcomes>;
