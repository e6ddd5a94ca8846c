import assert from 'node:assert/strict';
import type { AuditEntry } from '../../server/core/ports/store.ts';
import type { PriceBookView, PriceView } from '../../shared/model/views.ts';
import { priceBook } from '../support/price-book.ts';
import { RouterFixture } from '../support/router-fixture.ts';
import { jsonReply } from '../support/script.ts';
import { Cli } from './cli.ts';

interface Listed {
  readonly book: PriceBookView;
  readonly prices: readonly PriceView[];
}

describe('prices on the command line', () => {
  let router: RouterFixture;
  let cli: Cli;

  before(async () => {
    [router, cli] = await Promise.all([RouterFixture.start(), Cli.create()]);
    await router.addKey('openai', 'work');
    await router.addKey('openai', 'spare');
    await router.daemon.api('PATCH', '/keys/spare', {
      metadata: { prices: { 'gpt-4o': { input: 1, output: 2 } } },
    });
  });
  after(async () => {
    await router.stop();
    await cli.dispose();
  });

  const run = (...args: readonly string[]) => cli.run(['--home', router.folder.path, ...args]);

  async function listed(...args: readonly string[]): Promise<Listed> {
    return cli.json<Listed>(['--home', router.folder.path, 'prices', 'list', ...args]);
  }

  it('are those of the models that keys list, and of one key what was declared for it', async () => {
    const { out, code } = await run('prices', 'list');
    assert.equal(code, 0);
    assert.match(out, /^MODEL +PROVIDER +INPUT +CACHED +OUTPUT +CONTEXT +KEYS$/m);
    assert.match(out, /^gpt-4o +openai +\$2\.50 +\$1\.25 +\$10\.00 +128000 +work$/m);
    assert.match(out, /^gpt-4o +openai +\$1\.00 +\$1\.00 +\$2\.00 +spare$/m);
    assert.match(out, /^gpt-4o-mini .* work, spare$/m);
    assert.match(out, /^Prices of genai-prices .* ago\.$/m);
  });

  it('are found by name and pattern', async () => {
    assert.deepEqual(
      new Map(
        (await listed('gpt-4o*')).prices.map(({ model, keys, inputNano }) => [
          `${model} ${keys.join('+')}`,
          inputNano,
        ]),
      ),
      new Map([
        ['gpt-4o work', 2_500_000_000],
        ['gpt-4o spare', 1_000_000_000],
        ['gpt-4o-mini work+spare', 150_000_000],
      ]),
    );
    const { out } = await run('prices', 'list', 'nothing-like-it');
    assert.match(out, /^No key serves such a model\./);
  });

  it('are refreshed when asked, with an audit entry, and stay if that fails', async () => {
    const { source } = (await listed()).book;
    assert.match(source, /^https:/);
    router.openai.on({ method: 'GET', path: '/broken.json' }, jsonReply(200, { prices: 'none' }));
    const failed = await run('prices', 'refresh', '--source', `${router.openai.url}/broken.json`);
    assert.equal(failed.code, 1);
    assert.match(failed.err, /were not refreshed: .* stay in use/);
    const unsafe = await run('prices', 'refresh', '--source', 'http://prices.example/data.json');
    assert.match(unsafe.err, /fetched by https/);
    router.openai.on({ method: 'GET', path: '/prices.json' }, jsonReply(200, priceBook('gpt-4o', 7)));
    const { out, code } = await run('prices', 'refresh', '--source', `${router.openai.url}/prices.json`);
    assert.equal(code, 0);
    assert.match(out, /^Refreshed\. Prices of genai-prices of \d{4}-\d\d-\d\d/);
    const [first] = (await listed('gpt-4o')).prices.filter(({ keys }) => keys.includes('work'));
    assert.equal(first?.inputNano, 7_000_000_000);
    const { entries } = await router.daemon.api<{ entries: readonly AuditEntry[] }>('GET', '/audit');
    assert.ok(entries.some(({ action }) => action === 'prices.refresh'));
  });
});
