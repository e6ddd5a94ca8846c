import type { DryRunView } from '../../shared/model/views.ts';
import type { PolicyTest } from '../core/policy/policy-file-schema.ts';
import { type Diagnostic, diagnostic } from './diagnostic.ts';
import type { Range } from './policy-source.ts';

/** A file's own test with the place of its name. */
export interface PlacedTest {
  readonly test: PolicyTest;
  readonly range: Range;
}

/** Runs a file's tests; what `dryRun` rejects with is passed on. */
export async function failedTests(
  tests: readonly PlacedTest[],
  dryRun: (input: Readonly<Record<string, unknown>>) => Promise<DryRunView>,
): Promise<readonly Diagnostic[]> {
  const failures: Diagnostic[] = [];
  for (const { test, range } of tests) {
    const failure = failureOf(test, await dryRun(dryRunOf(test)));
    if (failure !== null) failures.push(diagnostic('test-failed', range, `"${test.name}": ${failure}`));
  }
  return failures;
}

/** What a test asks, in the words of a dry run. */
function dryRunOf({ request }: PolicyTest): Readonly<Record<string, unknown>> {
  const { virtual_key, input_tokens, max_output_tokens, has_tools, streaming, ...rest } = request;
  return {
    ...rest,
    ...(virtual_key === undefined ? {} : { virtualKey: virtual_key }),
    ...(input_tokens === undefined ? {} : { inputTokens: input_tokens }),
    ...(max_output_tokens === undefined ? {} : { maxOutputTokens: max_output_tokens }),
    ...(has_tools === undefined ? {} : { hasTools: has_tools }),
    ...(streaming === undefined ? {} : { stream: streaming }),
  };
}

/** How a test fails; `null`: it passes. */
function failureOf({ expect }: PolicyTest, { chosen, refusal }: DryRunView): string | null {
  if (expect.refused === true) {
    return chosen
      ? `A refusal was expected, but ${chosen.keyName} would serve it with ${chosen.model}.`
      : null;
  }
  if (!chosen) return `It would be refused: ${refusal?.message ?? 'no key may serve it.'}`;
  const { keyName, keyId, providerId, model } = chosen;
  const wrong = [
    expect.key !== undefined && expect.key !== keyName && expect.key !== keyId ? `key ${expect.key}` : null,
    expect.provider !== undefined && expect.provider !== providerId ? `provider ${expect.provider}` : null,
    expect.model !== undefined && expect.model !== model ? `model ${expect.model}` : null,
  ].filter((part) => part !== null);
  if (wrong.length === 0) return null;
  return `Expected was ${wrong.join(' and ')}, but ${keyName} (${providerId}) would serve it with ${model}.`;
}
