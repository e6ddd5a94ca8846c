import type { BudgetScope } from '../../../shared/model/limits.ts';
import { matchesModel } from '../policy/policy-facts.ts';

/** What budgets look at of an attempt. */
export interface BudgetFacts {
  readonly provider: string;
  readonly model: string;
  /** The names that led to it. */
  readonly via: readonly string[];
  /** Id and name. */
  readonly key: readonly string[];
  readonly virtualKey: readonly string[];
  readonly team: string | null;
  readonly project: string | null;
  readonly tool: string | null;
  readonly conversation: string | null;
}

/** Whether a budget counts for an attempt: every field that its scope gives matches. */
export function inScope(scope: BudgetScope, facts: BudgetFacts): boolean {
  return (
    (scope.provider === undefined || scope.provider === facts.provider) &&
    (scope.model === undefined || matchesModel(scope.model, facts.model, facts.via)) &&
    (scope.team === undefined || scope.team === facts.team) &&
    (scope.project === undefined || scope.project === facts.project) &&
    (scope.tool === undefined || scope.tool === facts.tool) &&
    (scope.key === undefined || facts.key.includes(scope.key)) &&
    (scope.virtualKey === undefined || facts.virtualKey.includes(scope.virtualKey)) &&
    (scope.eachConversation === undefined || facts.conversation !== null)
  );
}
