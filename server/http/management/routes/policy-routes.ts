import { z } from 'zod';
import type { Admin } from '../../../core/admin/admin.ts';
import { policySchema } from '../../../core/policy/policy-schema.ts';
import { param, type Route, route } from '../route.ts';
import { named } from '../schemas/value-schemas.ts';

const policy = policySchema.register(named, { id: 'Policy' });
const policies = z.object({ policies: z.array(policy) });

const EXAMPLE = {
  name: 'cheap-in-development',
  type: 'cost',
  scope: { team: 'development' },
  rules: [{ action: 'prefer_lowest_cost', max_cost_per_request: 0.1 }],
};

/** Rules by which keys and models are chosen. */
export function policyRoutes({ policies: admin }: Admin): readonly Route[] {
  const tag = 'Policies';
  return [
    route({
      method: 'GET',
      path: '/policies',
      id: 'listPolicies',
      tag,
      summary: 'The policies that hold, in their order.',
      role: 'read',
      answer: policies,
      run: () => ({ policies: admin.list() }),
    }),
    route({
      method: 'PUT',
      path: '/policies',
      id: 'replacePolicies',
      tag,
      summary: 'Replaces all policies at once; if one is not valid, nothing changes.',
      role: 'admin',
      body: z.strictObject({ policies: z.array(z.unknown()).max(1000) }),
      example: { policies: [EXAMPLE] },
      answer: policies,
      run: async ({ body, manager }) => ({ policies: await admin.set(body.policies, manager.name) }),
    }),
    route({
      method: 'POST',
      path: '/policies/check',
      id: 'checkPolicies',
      tag,
      summary: 'Says whether policies are valid; nothing changes.',
      role: 'read',
      body: z.strictObject({ policies: z.array(z.unknown()).max(1000) }),
      example: { policies: [EXAMPLE] },
      answer: z.object({ valid: z.literal(true), count: z.int() }),
      run: ({ body }) => {
        admin.with(body.policies);
        return { valid: true, count: body.policies.length };
      },
    }),
    route({
      method: 'GET',
      path: '/policies/{policy}',
      id: 'getPolicy',
      tag,
      summary: 'One policy.',
      role: 'read',
      answer: policy,
      run: (call) => admin.get(param(call, 'policy')),
    }),
    route({
      method: 'PUT',
      path: '/policies/{policy}',
      id: 'putPolicy',
      tag,
      summary: 'Adds a policy, or replaces the one of its name.',
      role: 'admin',
      body: policySchema,
      example: EXAMPLE,
      answer: policy,
      run: (call) => admin.put(param(call, 'policy'), call.body, call.manager.name),
    }),
    route({
      method: 'DELETE',
      path: '/policies/{policy}',
      id: 'removePolicy',
      tag,
      summary: 'Removes a policy.',
      role: 'admin',
      answer: z.object({ removed: z.literal(true) }),
      run: async (call) => {
        await admin.remove(param(call, 'policy'), call.manager.name);
        return { removed: true };
      },
    }),
  ];
}
