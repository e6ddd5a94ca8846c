import type { IncomingHttpHeaders } from 'node:http';
import { type Objective, OBJECTIVE_NAMES, type ObjectiveName } from '../../shared/model/objectives.ts';
import type { RoutedRequest } from '../core/router/routed-request.ts';
import type { Refusal } from './guard.ts';

const MAX_TAGS = 32;
const MAX_TAG_LENGTH = 64;

/** What a tool asks of routing in its headers: `X-Routing-Objective: cost,reliability`, `X-Tags: a,b`. */
export function readWishes(
  headers: IncomingHttpHeaders,
): Pick<RoutedRequest, 'objective' | 'tags' | 'deadlineMs'> | Refusal {
  const tags = list(headers['x-tags'])
    .slice(0, MAX_TAGS)
    .map((tag) => tag.slice(0, MAX_TAG_LENGTH));
  const names = list(headers['x-routing-objective']);
  const [primary, secondary] = names;
  if (primary === undefined) return { objective: null, tags, deadlineMs: null };
  if (names.length > 2 || !isObjective(primary) || (secondary !== undefined && !isObjective(secondary))) {
    return {
      code: 'invalid_request',
      message: `X-Routing-Objective takes one or two of ${OBJECTIVE_NAMES.join(', ')}, such as "cost,reliability".`,
    };
  }
  const objective: Objective = secondary === undefined ? { primary } : { primary, secondary };
  return { objective, tags, deadlineMs: null };
}

function list(header: string | string[] | undefined): readonly string[] {
  if (header === undefined) return [];
  return String(header)
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function isObjective(name: string): name is ObjectiveName {
  return OBJECTIVE_NAMES.some((known) => known === name);
}
