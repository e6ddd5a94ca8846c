import { z } from 'zod';
import { policySchema } from './policy-schema.ts';

const name = z.string().min(1).max(200);
const tokens = z.int().min(0).max(4_000_000);

/** A request that is only thought of, and what is to become of it. */
const testSchema = z.strictObject({
  name,
  request: z
    .strictObject({
      model: name,
      virtual_key: name.exactOptional(),
      team: name.exactOptional(),
      project: name.exactOptional(),
      tool: name.exactOptional(),
      tags: z.array(name).exactOptional(),
      provider: name.exactOptional().describe('A pinned provider'),
      input_tokens: tokens.exactOptional(),
      max_output_tokens: tokens.exactOptional(),
      has_tools: z.boolean().exactOptional(),
      streaming: z.boolean().exactOptional(),
    })
    .describe('What is asked'),
  expect: z
    .strictObject({
      key: name.exactOptional(),
      provider: name.exactOptional(),
      model: name.exactOptional(),
      refused: z.boolean().exactOptional(),
    })
    .refine(
      (expected) => Object.keys(expected).length > 0,
      'A test expects a key, provider, model, or refusal.',
    )
    .describe('What is to become of it; all that is given must hold'),
});

/** A policy file as a whole. */
export const policyFileSchema = z.strictObject({
  version: z.literal(1).describe('Of this format'),
  policies: z.array(policySchema).describe('Rules by which keys and models are chosen'),
  tests: z
    .array(testSchema)
    .exactOptional()
    .describe('Expectations that are checked before the file takes effect'),
});

export type PolicyTest = z.output<typeof testSchema>;
