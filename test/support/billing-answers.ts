import type { ReceivedRequest } from './received-request.ts';
import { jsonReply, type Script } from './script.ts';

const DAY_SECONDS = 86_400;

/** What one part of an account costs on a day: a text is written as it is, exact to any place. */
export interface BilledPart {
  /** A project or workspace; `null` where the provider names none. */
  readonly scope: string | null;
  readonly usd: string;
}

/** By UTC day, `2026-11-20`. */
export type Bill = (day: string) => readonly BilledPart[];

/**
 * OpenAI's costs for an admin key, so many days a page. Bytes follow
 * https://platform.openai.com/docs/api-reference/usage/costs, and what other keys get what people report from it
 * (https://community.openai.com/t/introducing-the-usage-api-track-api-usage-and-costs-programmatically/1043058).
 */
export function openaiCosts(bill: Bill, daysOfPage = 180): Script {
  return (request) => {
    if (!request.key?.startsWith('sk-admin-')) {
      const message =
        'You have insufficient permissions for this operation. Missing scopes: api.usage.read. Check that you have the correct role in your organization, and if you are using a restricted API key, that it has the necessary scopes.';
      return jsonReply(401, { error: { message, type: 'invalid_request_error', param: null, code: null } });
    }
    const query = queryOf(request);
    const start = Number(query.get('start_time'));
    const days = Math.ceil((Number(query.get('end_time')) - start) / DAY_SECONDS);
    const from = Number(query.get('page')?.replace('page_', '') ?? 0);
    const until = Math.min(days, from + daysOfPage);
    const data = daysBetween(from, until).map((index) => {
      const at = start + index * DAY_SECONDS;
      return {
        object: 'bucket',
        start_time: at,
        end_time: at + DAY_SECONDS,
        results: bill(dayOf(at)).map(({ scope, usd }) => ({
          object: 'organization.costs.result',
          amount: { value: Number(usd), currency: 'usd' },
          line_item: null,
          project_id: scope,
        })),
      };
    });
    const more = until < days;
    return jsonReply(200, {
      object: 'page',
      data,
      has_more: more,
      next_page: more ? `page_${until}` : null,
    });
  };
}

/**
 * Anthropic's cost report, in cents, a day a page. Bytes follow
 * https://platform.claude.com/docs/en/api/admin/cost_report/retrieve
 */
export function anthropicCosts(bill: Bill): Script {
  return (request) => {
    if (!request.key?.startsWith('sk-ant-admin')) {
      const error = { type: 'authentication_error', message: 'invalid x-api-key' };
      return jsonReply(401, { type: 'error', error, request_id: request.id });
    }
    const query = queryOf(request);
    const start = Date.parse(query.get('page') ?? query.get('starting_at') ?? '') / 1000;
    const end = Date.parse(query.get('ending_at') ?? '') / 1000;
    const next = start + DAY_SECONDS;
    const results = bill(dayOf(start)).map(({ scope, usd }) => ({
      currency: 'USD',
      amount: String((Number(usd) * 1e9) / 1e7),
      workspace_id: scope,
      description: null,
      cost_type: null,
      context_window: null,
      model: null,
      service_tier: null,
      token_type: null,
      inference_geo: null,
    }));
    const bucket = { starting_at: timeOf(start), ending_at: timeOf(next), results };
    return jsonReply(200, {
      data: [bucket],
      has_more: next < end,
      next_page: next < end ? timeOf(next) : null,
    });
  };
}

/**
 * OpenRouter's activity on some days. Bytes follow
 * https://openrouter.ai/docs/api/api-reference/analytics/get-user-activity
 */
export function openrouterActivity(days: readonly string[], bill: Bill): Script {
  return jsonReply(200, {
    data: days.flatMap((day) =>
      bill(day).map(({ usd }) => ({
        date: `${day} 00:00:00`,
        model: 'openai/gpt-4.1',
        model_permaslug: 'openai/gpt-4.1-2025-04-14',
        endpoint_id: '550e8400-e29b-41d4-a716-446655440000',
        provider_name: 'OpenAI',
        usage: Number(usd),
        byok_usage_inference: 0.012,
        requests: 5,
        prompt_tokens: 50,
        completion_tokens: 125,
        reasoning_tokens: 25,
      })),
    ),
  });
}

function queryOf({ url }: ReceivedRequest): URLSearchParams {
  return new URL(url, 'http://provider').searchParams;
}

function dayOf(seconds: number): string {
  return timeOf(seconds).slice(0, 10);
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

function daysBetween(from: number, until: number): readonly number[] {
  return Array.from({ length: Math.max(0, until - from) }, (_, index) => from + index);
}
