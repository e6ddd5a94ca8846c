import { DIAGNOSTICS } from './diagnostic.ts';
import { ACTIONS, schemasAt } from './fields-at.ts';

const HEAD = `# Policies

Made from the program itself (\`npm run docs\`). Policies say which keys and models requests get, and how much may be spent. They
stand in YAML files (JSON is YAML too):

\`\`\`yaml
version: 1
policies:
  - name: development-cost
    type: cost                    # cost | routing | key_selection | failure_handling
    scope: { team: development }  # for whom: all fields must match; global: true is everything
    priority: 10                  # higher first, then the narrower scope, then what stands later
    rules:
      - action: prefer_lowest_cost
        max_cost_per_request: 0.10
  - name: monthly-budget
    type: cost
    scope: { global: true }
    rules:
      - { action: enforce_budget, budget_limit: 1000, budget_window: monthly, enforcement_mode: prevent }
tests:
  - name: cheap in development
    request: { model: gpt-4o, team: development, input_tokens: 800 }
    expect: { key: paygo-1 }
\`\`\`

\`\`\`sh
apikeyrouter policies check FILE...          # what is wrong, where, and what was meant; exit code 1 for errors
apikeyrouter policies check -f sarif FILE    # for code scanning; also json, github (annotations of a workflow)
apikeyrouter policies apply FILE...          # from now on these hold; a file with errors changes nothing
apikeyrouter route gpt-5 --team development  # which key a request would get, and why
\`\`\`

Of preferences the first that applies wins. Limits and constraints always intersect: nothing loosens another. With a running
daemon, \`check\` knows its keys, models and virtual keys, and runs the \`tests\`; \`--offline\` leaves that out. The fields
of a scope are \`global\`, \`virtual_key\`, \`tool\`, \`project\`, \`team\`, \`key\`, \`model\` (with \`*\`) and \`provider\`. Every rule may have a
\`when\`:

`;

/** All actions with their fields, and what each finding means, as Markdown. */
export function policyReference(): string {
  const when = fieldTable(ruleFields('routing', 'prefer_fastest', ['when']));
  return [HEAD + when, ...typeSections(), '## What is found in files', findings(), ''].join('\n\n');
}

function typeSections(): readonly string[] {
  const byType = Map.groupBy(ACTIONS, ([, { type }]) => type);
  return [...byType].map(([type, actions]) => {
    const parts = actions.map(([action, { says }]) => {
      const fields = ruleFields(type, action, []).filter(({ name }) => name !== 'action' && name !== 'when');
      return [`### ${action}`, `${says}.`, ...(fields.length > 0 ? [fieldTable(fields)] : [])].join('\n\n');
    });
    return [`## ${type}`, ...parts].join('\n\n');
  });
}

interface Field {
  readonly name: string;
  readonly takes: string;
  readonly needed: boolean;
  readonly says: string;
}

function ruleFields(type: string, action: string, path: readonly string[]): readonly Field[] {
  const value = { version: 1, policies: [{ type, rules: [{ action, when: {} }] }] };
  const schemas = schemasAt(value, ['policies', 0, 'rules', 0, ...path]);
  return schemas.flatMap(({ properties = {}, required = [] }) =>
    Object.entries(properties).map(([name, schema]) => ({
      name,
      takes: kindOf(schema),
      needed: required.includes(name),
      says: schema.description ?? '',
    })),
  );
}

type Schema = ReturnType<typeof schemasAt>[number];

function kindOf({ type, enum: values, const: only, items, anyOf }: Schema): string {
  if (values) return values.map((value) => `\`${String(value)}\``).join(', ');
  if (only !== undefined) return `\`${JSON.stringify(only)}\``;
  if (anyOf) return anyOf.map(kindOf).join(', or ');
  if (type === 'array') return `a list of ${items ? kindOf(items).replace(/^an? /, '') : 'values'}`;
  return (
    { string: 'text', number: 'number', integer: 'whole number', boolean: 'true or false' }[type ?? ''] ??
    'members'
  );
}

function fieldTable(fields: readonly Field[]): string {
  const rows = fields.map(
    ({ name, takes, needed, says }) => `| \`${name}\`${needed ? '' : ' (optional)'} | ${takes} | ${says} |`,
  );
  return ['| Field | Takes | |', '|---|---|---|', ...rows].join('\n');
}

function findings(): string {
  return Object.entries(DIAGNOSTICS)
    .map(
      ([code, { severity, says }]) =>
        `### ${code}\n\n${severity === 'error' ? 'An error' : 'A warning'}. ${says}`,
    )
    .join('\n\n');
}
