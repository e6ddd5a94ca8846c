import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { SqliteReports } from '../../../../server/adapters/sqlite/sqlite-reports.ts';
import type { SqliteStore } from '../../../../server/adapters/sqlite/sqlite-store.ts';
import type { Attribution } from '../../../../server/core/ports/store.ts';
import type { Report, ReportDimension, ReportSums } from '../../../../shared/model/report.ts';
import { NO_USAGE } from '../../../../shared/model/usage.ts';
import { reservation, settlement } from '../../../contract/store-samples.ts';
import { type SqliteFixture, sqliteFixture } from './sqlite-fixture.ts';

const WORKER = fileURLToPath(new URL('../../../../server/adapters/sqlite/report-worker.ts', import.meta.url));
const NOBODY: Attribution = { team: null, project: null, tool: null, tags: [], conversation: null };
const DAY_MS = 24 * 3_600_000;
const NOON = new Date(2026, 10, 20, 12).getTime();

const NOTHING: ReportSums = {
  requests: 0,
  attempts: 0,
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  costNano: 0,
  estimatedNano: 0,
  unknownNano: 0,
};

describe('SqliteReports', () => {
  let fixture: SqliteFixture;
  let store: SqliteStore;

  beforeEach(async () => {
    fixture = await sqliteFixture();
    store = fixture.open();
  });
  afterEach(() => fixture.leave());

  async function spend(
    id: string,
    parts: Partial<Attribution> & {
      readonly at?: number;
      readonly requestId?: string;
      readonly model?: string;
    },
    costNano = 40,
    costBasis: 'reported' | 'estimated' = 'reported',
  ): Promise<void> {
    const { at = NOON, requestId = `req_${id}`, model = 'gpt-5', ...attribution } = parts;
    await store.reserveMany([
      reservation(id, { at, requestId, model, holds: [], attribution: { ...NOBODY, ...attribution } }),
    ]);
    const usage = { ...NO_USAGE, inputTokens: 7, cacheReadTokens: 5, cacheWrite1hTokens: 2, outputTokens: 3 };
    await store.settleMany([settlement(id, { costNano, costBasis, usage })]);
  }

  function report(by: readonly ReportDimension[], since = 0, until = NOON + 9 * DAY_MS): Promise<Report> {
    return new SqliteReports({ file: fixture.file, worker: WORKER }).report({ by, since, until });
  }

  const short = ({ rows }: Report): unknown =>
    rows.map(({ group, requests, attempts, costNano }) => [
      ...Object.values(group),
      requests,
      attempts,
      costNano,
    ]);

  it('sums what was spent, the dearest first, with what has no value of its own', async () => {
    await spend('a', { project: 'site' }, 10);
    await spend('b', { project: 'app' }, 30);
    await spend('c', { project: 'site' }, 5, 'estimated');
    await spend('d', {}, 1);
    const found = await report(['project']);
    assert.deepEqual(short(found), [
      ['app', 1, 1, 30],
      ['site', 2, 2, 15],
      [null, 1, 1, 1],
    ]);
    assert.deepEqual(found.total, {
      requests: 4,
      attempts: 4,
      inputTokens: 28,
      cacheReadTokens: 20,
      cacheWriteTokens: 8,
      outputTokens: 12,
      costNano: 46,
      estimatedNano: 5,
      unknownNano: 0,
    });
    assert.equal(found.truncated, false);
  });

  it('counts a request once that took two attempts', async () => {
    await spend('a', { requestId: 'r', model: 'gpt-5' });
    await spend('b', { requestId: 'r', model: 'gpt-4o' });
    assert.deepEqual(short(await report(['provider'])), [['openai', 1, 2, 80]]);
    assert.deepEqual(short(await report(['provider', 'model'])), [
      ['openai', 'gpt-4o', 1, 1, 40],
      ['openai', 'gpt-5', 1, 1, 40],
    ]);
  });

  it('counts what has several tags for each of them, but once in the total', async () => {
    await spend('a', { tags: ['nightly', 'ci', 'ci'] });
    await spend('b', { tags: ['ci'] });
    await spend('c', {});
    const found = await report(['tag']);
    assert.deepEqual(short(found), [
      ['ci', 2, 2, 80],
      [null, 1, 1, 40],
      ['nightly', 1, 1, 40],
    ]);
    assert.equal(found.total.costNano, 120);
  });

  it('groups by everything that there is', async () => {
    await spend('a', { team: 't', project: 'p', tool: 'o', tags: ['g'], conversation: 'c' });
    const by = [
      'team',
      'project',
      'tool',
      'tag',
      'conversation',
      'virtual_key',
      'key',
      'provider',
      'model',
    ] as const;
    const [row] = (await report(by)).rows;
    assert.deepEqual(row?.group, {
      team: 't',
      project: 'p',
      tool: 'o',
      tag: 'g',
      conversation: 'c',
      virtual_key: 'vk1',
      key: 'k1',
      provider: 'openai',
      model: 'gpt-5',
    });
  });

  it('lists days in order, as they are where it runs', async () => {
    await spend('b', { at: NOON + DAY_MS }, 90);
    await spend('a', { at: NOON });
    const midnight = new Date(2026, 10, 22).getTime();
    await spend('c', { at: midnight - 1 });
    await spend('d', { at: midnight });
    assert.deepEqual(short(await report(['day'])), [
      ['2026-11-20', 1, 1, 40],
      ['2026-11-21', 2, 2, 130],
      ['2026-11-22', 1, 1, 40],
    ]);
  });

  it('begins at one time and ends before another', async () => {
    for (const at of [1, 2, 3, 4]) await spend(`a${at}`, { at });
    assert.equal((await report(['model'], 2, 4)).total.attempts, 2);
    assert.deepEqual(await report(['model'], 5, 6), {
      since: 5,
      until: 6,
      by: ['model'],
      rows: [],
      truncated: false,
      total: NOTHING,
    });
  });

  it('leaves out what still runs, and shows what nobody saw the end of apart from spend', async () => {
    await store.reserveMany([reservation('a', { at: NOON, holds: [] })]);
    assert.equal((await report(['model'])).total.attempts, 0);
    await store.settleMany([settlement('a', { costNano: 10, costBasis: 'estimated', mostNano: 100 })]);
    const { total } = await report(['model']);
    assert.equal(total.costNano, 10);
    assert.equal(total.unknownNano, 90);
  });

  it('takes hostile values as values', async () => {
    const project = `'; DROP TABLE attempts; --`;
    await spend('a', { project });
    assert.deepEqual(short(await report(['project'])), [[project, 1, 1, 40]]);
  });

  it('says so when the ledger is not there', async () => {
    const reports = new SqliteReports({ file: '/dev/null/nowhere.db', worker: WORKER });
    await assert.rejects(reports.report({ by: ['model'], since: 0, until: 1 }), {
      code: 'store_unavailable',
    });
  });

  it('are sums by key and UTC day beside what nobody saw ending, as of one moment', async () => {
    const midnight = Date.UTC(2026, 10, 21);
    await spend('late', { at: midnight - 1 }, 40);
    await spend('early', { at: midnight }, 50, 'estimated');
    await spend('next', { at: midnight + 1 }, 60);
    await store.reserveMany([reservation('unseen', { at: midnight + 2, holds: [] })]);
    const settled = settlement('unseen', { costNano: 5, costBasis: 'estimated' });
    await store.settleMany([{ ...settled, mostNano: 100 }]);
    await store.reserveMany([reservation('running', { at: midnight + 3, holds: [] })]);
    const reports = new SqliteReports({ file: fixture.file, worker: WORKER });
    const daily = await reports.daily({ since: midnight - DAY_MS, until: midnight + DAY_MS });
    const key = { providerId: 'openai', keyId: 'k1' };
    assert.deepEqual(daily.settled, [
      { ...key, day: midnight - DAY_MS, attempts: 1, costNano: 40, estimatedNano: 0 },
      { ...key, day: midnight, attempts: 2, costNano: 110, estimatedNano: 50 },
    ]);
    assert.deepEqual(
      daily.unknown.map(({ attemptId, costNano, reservedNano }) => [attemptId, costNano, reservedNano]),
      [['unseen', 5, 100]],
    );
    assert.equal(daily.truncated, false);
    const before = await reports.daily({ since: midnight - DAY_MS, until: midnight });
    assert.deepEqual([before.settled.length, before.unknown], [1, []]);
  });
});
