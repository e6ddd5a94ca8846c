import { z } from 'zod';
import { RULES_BY_TYPE } from './rule-schemas.ts';

const name = z.string().min(1).max(200);

/** For whom a policy is: all fields that are given must match; more fields are narrower. */
const scopeSchema = z
  .strictObject({
    global: z.literal(true).exactOptional(),
    virtual_key: name.exactOptional(),
    tool: name.exactOptional(),
    project: name.exactOptional(),
    team: name.exactOptional(),
    key: name.exactOptional(),
    model: name.exactOptional(),
    provider: name.exactOptional(),
  })
  .refine(
    (scope) => Object.keys(scope).length > 0,
    'A scope needs a field; `global: true` means everything.',
  );

const policyOf = <T extends keyof typeof RULES_BY_TYPE>(type: T) =>
  z.strictObject({
    name,
    type: z.literal(type),
    scope: scopeSchema,
    priority: z.int().default(0),
    enabled: z.boolean().default(true),
    rules: z.array(RULES_BY_TYPE[type]).min(1),
  });

/** One policy as it stands in a file, or (with the same words in camel case) as a program configures it. */
export const policySchema = z.discriminatedUnion('type', [
  policyOf('cost'),
  policyOf('routing'),
  policyOf('key_selection'),
  policyOf('failure_handling'),
]);

export type Policy = z.output<typeof policySchema>;
export type PolicyInput = z.input<typeof policySchema>;
export type PolicyScope = z.output<typeof scopeSchema>;
