import { z } from 'zod';

/** Schemas that the OpenAPI document names; each is there once, however often it is used. */
export const named = z.registry<{ readonly id: string }>();

export const time = z.int().meta({ description: 'Milliseconds since the epoch.' });
export const nano = z.int().meta({ description: 'Nano-dollars: 1,000,000,000 are one dollar.' });
export const id = z.string();

export const timeWindow = z
  .union([
    z.object({ kind: z.enum(['minute', 'hour', 'day', 'week', 'month', 'total']) }),
    z.object({ kind: z.literal('rolling'), ms: z.int().positive() }),
  ])
  .meta({ description: 'A calendar window, or one that looks back over `ms` milliseconds.' })
  .register(named, { id: 'TimeWindow' });

export const objectiveName = z.enum(['cost', 'reliability', 'fairness', 'speed', 'quality']);

export const objective = z
  .union([
    z.object({ primary: objectiveName, secondary: objectiveName.exactOptional() }),
    z.object({ weights: z.partialRecord(objectiveName, z.number().min(0)) }),
  ])
  .meta({
    description: 'What routing optimises: one objective with another for its ties, or several by weight.',
  })
  .register(named, { id: 'Objective' });

export const tokenUsage = z
  .object({
    inputTokens: z.int(),
    cacheReadTokens: z.int(),
    cacheWriteTokens: z.int(),
    cacheWrite1hTokens: z.int(),
    outputTokens: z.int(),
    reasoningTokens: z.int(),
    media: z
      .object({
        imageInput: z.int(),
        audioInput: z.int(),
        imageOutput: z.int(),
        audioOutput: z.int(),
      })
      .exactOptional(),
  })
  .meta({ description: 'The input parts exclude each other; reasoning is a part of the output.' })
  .register(named, { id: 'TokenUsage' });

/** Every error of the management API. */
export const error = z
  .object({
    error: z.object({
      code: z.string().meta({ description: 'Stable, for programs.' }),
      message: z.string().meta({ description: 'What happened and what to do next.' }),
    }),
  })
  .register(named, { id: 'Error' });
