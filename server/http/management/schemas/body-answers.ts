import { z } from 'zod';
import type { RecordedBodies } from '../../../../shared/model/recorded-bodies.ts';
import { id, named, time } from './value-schemas.ts';

const recordedBody = z.object({
  encoding: z.enum(['utf8', 'base64']),
  text: z.string(),
  bytes: z.int().meta({ description: 'Of the whole body, though less of it may have been kept.' }),
  cut: z.boolean(),
});

export const recordedBodies = z
  .object({ requestId: id, recordedAt: time, request: recordedBody, answer: recordedBody })
  .register(named, { id: 'RecordedBodies' }) satisfies z.ZodType<RecordedBodies>;
