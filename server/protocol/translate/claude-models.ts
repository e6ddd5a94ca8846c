/** What a Claude model takes of the options that changed between versions. */
export interface ClaudeTraits {
  /** `budget`: `thinking.budget_tokens`; `adaptive`: `thinking.type` with `output_config.effort`. */
  readonly thinking: 'none' | 'budget' | 'adaptive';
  readonly sampling: boolean;
  /** `output_config.format`. */
  readonly schemas: boolean;
}

/**
 * Traits by the model's name: fixed budgets ended with 4.5, adaptive thinking began with 4.6, sampling parameters
 * ended with 4.7 (Anthropic, "Thinking" and "Structured outputs"). The old models are listed, whatever is not among
 * them counts as new.
 */
export function claudeTraits(model: string): ClaudeTraits {
  if (/claude-(2|instant|3-(haiku|sonnet|opus|5))/.test(model)) {
    return { thinking: 'none', sampling: true, schemas: false };
  }
  if (/claude-(3-7|(opus|sonnet)-4(-0|-2\d{7}|@|$)|4-)/.test(model)) {
    return { thinking: 'budget', sampling: true, schemas: false };
  }
  if (/claude-(opus|sonnet|haiku)-4-[15]/.test(model)) {
    return { thinking: 'budget', sampling: true, schemas: true };
  }
  return { thinking: 'adaptive', sampling: /-4-6/.test(model), schemas: true };
}
