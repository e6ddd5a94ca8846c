import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { program } from '../server/cli/program.ts';
import { reference } from '../server/cli/reference.ts';
import { POLICY_FILE_SCHEMA } from '../server/policy-language/fields-at.ts';
import { policyReference } from '../server/policy-language/policy-reference.ts';
import { settingsReference } from '../server/daemon/settings/settings-reference.ts';

const docs = path.join(import.meta.dirname, '..', 'docs');
writeFileSync(path.join(docs, 'cli.md'), reference(program(false)));
writeFileSync(path.join(docs, 'configuration.md'), settingsReference());
writeFileSync(path.join(docs, 'policies.md'), policyReference());
writeFileSync(path.join(docs, 'policy.schema.json'), `${JSON.stringify(POLICY_FILE_SCHEMA, null, 2)}\n`);
