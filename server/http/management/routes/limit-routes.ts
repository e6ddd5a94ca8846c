import { z } from 'zod';
import type { Admin } from '../../../core/admin/admin.ts';
import {
  budgetBody,
  patchBudgetBody,
  quotaBody,
  raiseBudgetBody,
} from '../../../core/admin/limit-input-schemas.ts';
import { param, type Route, route } from '../route.ts';
import { budget, quota } from '../schemas/limit-answers.ts';

/** Budgets and quotas. */
export function limitRoutes({ budgets, quotas, keys }: Admin): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/budgets',
      id: 'listBudgets',
      tag: 'Budgets',
      summary: 'Spending limits with what is spent, held and left.',
      role: 'read',
      answer: z.object({ budgets: z.array(budget) }),
      run: async () => ({ budgets: await budgets.list() }),
    }),
    route({
      method: 'POST',
      path: '/budgets',
      id: 'addBudget',
      tag: 'Budgets',
      summary: 'A new spending limit.',
      role: 'admin',
      status: 201,
      creates: true,
      body: budgetBody,
      example: { name: 'monthly', limitUsd: 100, window: 'month', alertThresholds: [0.8] },
      answer: budget,
      run: async ({ body, manager }) => budgets.view((await budgets.add(body, manager.name)).id),
    }),
    route({
      method: 'GET',
      path: '/budgets/{budget}',
      id: 'getBudget',
      tag: 'Budgets',
      summary: 'One budget.',
      role: 'read',
      answer: budget,
      run: (call) => budgets.view(param(call, 'budget')),
    }),
    route({
      method: 'PATCH',
      path: '/budgets/{budget}',
      id: 'changeBudget',
      tag: 'Budgets',
      summary: 'Changes a budget; what is spent stays spent.',
      role: 'admin',
      body: patchBudgetBody,
      example: { limitUsd: 150 },
      answer: budget,
      run: async (call) => {
        const { id } = await budgets.change(param(call, 'budget'), call.body, call.manager.name);
        return budgets.view(id);
      },
    }),
    route({
      method: 'DELETE',
      path: '/budgets/{budget}',
      id: 'removeBudget',
      tag: 'Budgets',
      summary: 'Removes a budget; what was spent stays in the ledger.',
      role: 'admin',
      answer: z.object({ removed: z.literal(true) }),
      run: async (call) => {
        await budgets.remove(param(call, 'budget'), call.manager.name);
        return { removed: true };
      },
    }),
    route({
      method: 'POST',
      path: '/budgets/{budget}/raise',
      id: 'raiseBudget',
      tag: 'Budgets',
      summary: 'Raises a budget for some time: five dollars more for an hour.',
      role: 'operate',
      body: raiseBudgetBody,
      example: { usd: 5, forMs: 3_600_000 },
      answer: budget,
      run: async (call) => {
        const { id } = await budgets.raise(param(call, 'budget'), call.body, call.manager.name);
        return budgets.view(id);
      },
    }),
    route({
      method: 'GET',
      path: '/keys/{key}/quotas',
      id: 'listQuotasOfKey',
      tag: 'Quotas',
      summary: 'What a key and its account may use, what is used, and when it is expected to run out.',
      role: 'read',
      answer: z.object({ quotas: z.array(quota) }),
      run: async (call) => ({ quotas: quotas.list((await keys.view(param(call, 'key'))).id) }),
    }),
    route({
      method: 'POST',
      path: '/keys/{key}/quotas',
      id: 'addQuota',
      tag: 'Quotas',
      summary: 'Declares what a key, or the account behind it, may use in a window.',
      role: 'admin',
      status: 201,
      creates: true,
      body: quotaBody,
      example: { dimension: 'requests', window: 'day', totalCapacity: 1000 },
      answer: z.object({ id: z.string(), quotas: z.array(quota) }),
      run: async (call) => {
        const keyId = (await keys.view(param(call, 'key'))).id;
        const { id } = await quotas.add({ ...call.body, keyId }, call.manager.name);
        return { id, quotas: quotas.list(keyId) };
      },
    }),
    route({
      method: 'GET',
      path: '/quotas',
      id: 'listQuotas',
      tag: 'Quotas',
      summary: 'The quotas of all keys.',
      role: 'read',
      answer: z.object({ quotas: z.array(quota) }),
      run: () => ({ quotas: quotas.list() }),
    }),
    route({
      method: 'DELETE',
      path: '/quotas/{quota}',
      id: 'removeQuota',
      tag: 'Quotas',
      summary: 'Removes a quota.',
      role: 'admin',
      answer: z.object({ removed: z.literal(true) }),
      run: async (call) => {
        await quotas.remove(param(call, 'quota'), call.manager.name);
        return { removed: true };
      },
    }),
  ];
}
