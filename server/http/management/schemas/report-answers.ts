import { z } from 'zod';
import { REPORT_DIMENSIONS, type Report } from '../../../../shared/model/report.ts';
import { named, nano, time } from './value-schemas.ts';

const dimension = z.enum(REPORT_DIMENSIONS);

const sums = {
  requests: z.int().meta({ description: 'Those that reached a provider.' }),
  attempts: z.int(),
  inputTokens: z.int(),
  cacheReadTokens: z.int(),
  cacheWriteTokens: z.int(),
  outputTokens: z.int(),
  costNano: nano,
  estimatedNano: nano.meta({ description: 'The part of the cost that no provider reported.' }),
  unknownNano: nano.meta({ description: 'Held by attempts whose outcome nobody saw; not in the cost.' }),
};

export const report = z
  .object({
    since: time,
    until: time,
    by: z.array(dimension),
    rows: z.array(
      z.object({
        ...sums,
        group: z.partialRecord(dimension, z.string().nullable()),
        names: z.partialRecord(dimension, z.string()),
      }),
    ),
    truncated: z.boolean(),
    total: z.object(sums),
  })
  .register(named, { id: 'Report' }) satisfies z.ZodType<Report>;
