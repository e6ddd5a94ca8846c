import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { program } from '../server/cli/program.ts';
import { reference } from '../server/cli/reference.ts';
import { settingsReference } from '../server/daemon/settings/settings-reference.ts';

const docs = path.join(import.meta.dirname, '..', 'docs');
writeFileSync(path.join(docs, 'cli.md'), reference(program(false)));
writeFileSync(path.join(docs, 'configuration.md'), settingsReference());
