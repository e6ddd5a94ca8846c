import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { program } from '../server/cli/program.ts';
import { reference } from '../server/cli/reference.ts';

writeFileSync(path.join(import.meta.dirname, '..', 'docs', 'cli.md'), reference(program(false)));
