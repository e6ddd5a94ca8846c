import assert from 'node:assert/strict';
import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'esbuild';
import type { LedgerEntry } from '../../server/core/ports/store.ts';
import { endpointFile } from '../../shared/endpoint.ts';
import { DaemonProcess } from '../support/daemon-process.ts';
import { foreignListener } from '../support/foreign-listener.ts';
import { openaiChat } from '../support/openai-answers.ts';
import type { ReceivedRequest } from '../support/received-request.ts';
import { eventually, RouterFixture } from '../support/router-fixture.ts';
import { paced, type Reply } from '../support/script.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');

describe('a daemon and its successor', () => {
  let router: RouterFixture;

  beforeEach(async () => {
    router = await RouterFixture.start();
    await router.addKey('openai', 'openai');
  });
  afterEach(() => router.stop());

  it('hands over to a newer version: streams end and settle, no request is refused', async () => {
    const text = Array.from({ length: 60 }, (_, at) => ` word${at}`);
    router.openai.on({ method: 'POST' }, (request) =>
      (paced(openaiChat({ text }), 50) as (request: ReceivedRequest) => Reply)(request),
    );
    const body = { model: 'gpt-4o', stream: true, max_tokens: 100, messages: [] };
    const streams = await Promise.all(
      Array.from({ length: 5 }, () => router.post('/v1/chat/completions', body)),
    );
    const whole = streams.map((stream) => stream.text());

    const old = router.daemon;
    const newer = await buildVersion(router.folder.file('newer'), '99.0.0');
    let slowest = 0;
    const refused: string[] = [];
    const asking = new AbortController();
    const asker = (async () => {
      while (!asking.signal.aborted) {
        const started = performance.now();
        // A new connection each time: those are what a hand-over could refuse.
        await fetch(`${old.url}/health`, { headers: { connection: 'close' } }).then(
          ({ ok, status }) => ok || refused.push(`HTTP ${status}`),
          ({ message, cause }: Error) => refused.push(cause instanceof Error ? cause.message : message),
        );
        slowest = Math.max(slowest, performance.now() - started);
        await delay(10);
      }
    })();
    router.daemon = await DaemonProcess.start(router.folder.path, newer);
    await delay(100);
    asking.abort();
    await asker;

    assert.equal(router.daemon.endpoint.version, '99.0.0');
    assert.equal(router.daemon.endpoint.port, old.endpoint.port, 'tools keep their address');
    assert.deepEqual(refused, [], 'no connection was refused');
    assert.ok(slowest < 500, `the slowest connect took ${Math.round(slowest)} ms`);
    for (const stream of await Promise.all(whole)) {
      for (const word of text) assert.ok(stream.includes(word));
      assert.ok(stream.endsWith('data: [DONE]\n\n'));
    }
    assert.equal(await old.ended(), 0, 'the old daemon leaves when its last stream has ended');
    const { entries } = await router.daemon.api<{ entries: readonly LedgerEntry[] }>('GET', '/ledger');
    assert.deepEqual(
      entries.map((entry) => [entry.state, entry.costBasis]),
      Array.from({ length: 5 }, () => ['settled', 'reported']),
    );
    const total = entries.reduce((sum, entry) => sum + entry.costNano, 0);
    const state = await router.daemon.api<{ spentTodayNano: number; heldNano: number }>('GET', '/state');
    assert.deepEqual(
      [state.spentTodayNano, state.heldNano],
      [total, 0],
      "the successor sees its predecessor's settlements",
    );
  });

  it('leaves a daemon of its own version alone', async () => {
    const before = router.daemon.endpoint;
    await assert.rejects(DaemonProcess.start(router.folder.path), /exit code 3[^]*already running/);
    assert.equal((await fetch(`${router.daemon.url}/health`)).status, 200);
    assert.equal(router.daemon.endpoint.pid, before.pid);
  });

  it('lets running answers end when it is stopped, and withdraws its endpoint', async () => {
    router.openai.on({ method: 'POST' }, (request) =>
      (paced(openaiChat(), 60) as (request: ReceivedRequest) => Reply)(request),
    );
    const answer = await router.post('/v1/chat/completions', {
      model: 'gpt-4o',
      stream: true,
      max_tokens: 9,
      messages: [],
    });
    const text = answer.text();
    await router.daemon.api('POST', '/daemon/stop');
    assert.ok((await text).endsWith('data: [DONE]\n\n'));
    assert.equal(await router.daemon.ended(), 0);
    await eventually(() => assert.ok(!readdirSync(router.folder.file('daemon')).includes('endpoint.json')));
    router.daemon = await DaemonProcess.start(router.folder.path);
    const { entries } = await router.daemon.api<{ entries: readonly LedgerEntry[] }>('GET', '/ledger');
    assert.equal(entries[0]?.costBasis, 'reported');
  });

  it('does not give its management token to another program where it says that it listens', async () => {
    const foreign = await foreignListener();
    const file = endpointFile(router.folder.path);
    const { endpoint } = router.daemon;
    writeFileSync(file, JSON.stringify({ ...endpoint, port: foreign.port }));
    const newer = await buildVersion(router.folder.file('newer'), '99.0.0');
    await assert.rejects(DaemonProcess.start(router.folder.path, newer), /is not this daemon/);
    await foreign.stop();
    assert.match(foreign.received(), /GET \/health/);
    assert.ok(!foreign.received().includes(endpoint.managementToken));
    assert.equal((await fetch(`${router.daemon.url}/health`)).status, 200, 'it goes on');
  });

  it('names the program that took its port', async () => {
    const { port } = router.daemon.endpoint;
    await router.daemon.stop();
    const thief = (await import('node:http')).createServer().listen(port, '127.0.0.1');
    await eventually(() => assert.ok(thief.listening));
    try {
      await assert.rejects(
        DaemonProcess.start(router.folder.path),
        new RegExp(`Port ${port} is taken by .*process ${process.pid}`),
      );
    } finally {
      await new Promise((resolve) => thief.close(resolve));
    }
    router.daemon = await DaemonProcess.start(router.folder.path);
    assert.equal(router.daemon.endpoint.port, port, 'the kept port is used again');
  });
});

/** The daemon as a later release: the same sources under another version. */
async function buildVersion(folder: string, version: string): Promise<string> {
  await build({
    entryPoints: [path.join(ROOT, 'server', 'daemon', 'main.ts')],
    outfile: path.join(folder, 'daemon.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    logLevel: 'error',
    define: { __VERSION__: JSON.stringify(version) },
  });
  for (const addon of [
    'better_sqlite3.node',
    'checkpoint-worker.cjs',
    'report-worker.cjs',
    'policy-worker.cjs',
    'backup-worker.cjs',
  ]) {
    cpSync(path.join(ROOT, 'dist', addon), path.join(folder, addon));
  }
  return path.join(folder, 'daemon.cjs');
}
