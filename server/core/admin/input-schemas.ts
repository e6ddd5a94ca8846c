import { z } from 'zod';

const name = z.string().trim().min(1).max(200);

/** Inputs of the management API and the editor's requests: unknown members are refused, so that a typo is not silently ignored. */
export const addKeyBody = z.strictObject({
  providerId: z.string().min(1).max(64),
  name,
  secret: z.string().min(1).max(4096),
  baseUrl: z.string().max(2048).exactOptional(),
});

export const patchKeyBody = z.strictObject({ enabled: z.boolean() });

export const providerBody = z.strictObject({
  id: z.string().min(1).max(64),
  kind: z.enum(['openai', 'anthropic', 'openai-compatible']),
  name: z.string().trim().max(200).default(''),
  baseUrl: z.string().max(2048),
});

export const virtualKeyBody = z.strictObject({
  name,
  tool: name.exactOptional(),
  team: name.exactOptional(),
  project: name.exactOptional(),
  tags: z.array(name).max(32).exactOptional(),
  limitUsd: z.number().positive().max(1_000_000).exactOptional(),
  limitWindow: z.enum(['day', 'month', 'total']).exactOptional(),
  expiresAt: z.int().positive().exactOptional(),
});

/** What is wrong with a value, in one sentence. */
export function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  if (!issue) return 'The request is not valid.';
  const where = issue.path.length > 0 ? `"${issue.path.join('.')}": ` : '';
  return `${where}${issue.message}.`;
}
