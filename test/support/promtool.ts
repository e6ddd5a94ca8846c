import { spawnSync } from 'node:child_process';

/** What Prometheus' own checker says of a scrape (`promtool check metrics`); empty if there is nothing to say. */
export function promtoolCheck(scrape: string): string {
  const { status, error, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: scrape,
    encoding: 'utf8',
  });
  if (error) {
    throw new Error('promtool is missing: install the package "prometheus" of your system.', {
      cause: error,
    });
  }
  const said = `${stdout}${stderr}`.trim();
  return status === 0 ? said : said || `promtool ended with ${status}`;
}
