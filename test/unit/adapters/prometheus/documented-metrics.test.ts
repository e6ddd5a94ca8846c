import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { METRICS, type MetricDefinition } from '../../../../server/adapters/prometheus/metric-definitions.ts';

const DOCUMENT = path.join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'observability.md');

describe('the documented metrics', () => {
  it('are those that there are', () => {
    const definitions: readonly MetricDefinition[] = Object.values(METRICS);
    const expected = definitions.map(({ name, type, labels, help }) => {
      const names = labels.map((label) => `\`${label}\``).join(' ');
      return `| \`${name}\` | ${type} | ${names} | ${help} |`;
    });
    const documented = readFileSync(DOCUMENT, 'utf8')
      .split('\n')
      .filter((line) => /^\| `(apikeyrouter|process)_/.test(line));
    assert.deepEqual(documented, expected, `the table of docs/observability.md is:\n${expected.join('\n')}`);
  });
});
