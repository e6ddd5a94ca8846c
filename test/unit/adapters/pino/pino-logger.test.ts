import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { PinoLogger, type PinoLoggerOptions } from '../../../../server/adapters/pino/pino-logger.ts';
import { createTempFolder, type TempFolder } from '../../../support/temp-folder.ts';

describe('PinoLogger', function () {
  // Starting a process takes its time on a busy machine.
  this.timeout(20_000);
  let folder: TempFolder;
  beforeEach(async () => {
    folder = await createTempFolder();
  });
  afterEach(() => folder.remove());

  function open(level: PinoLoggerOptions['level'] = 'debug'): { logger: PinoLogger; file: string } {
    const file = folder.file('logs', 'daemon.log');
    const logger = new PinoLogger({
      level,
      destination: file,
      redact: (text) => text.replaceAll('sk-secret', '[redacted]'),
    });
    return { logger, file };
  }

  async function lines(file: string): Promise<Record<string, unknown>[]> {
    const text = await readFile(file, 'utf8');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  it('writes a JSON line a call and has them on disk when closed', async () => {
    const { logger, file } = open();
    for (let i = 0; i < 500; i++) logger.info({ requestId: `req_${i}`, status: 200 }, 'request ended');
    await logger.close();
    const written = await lines(file);
    assert.equal(written.length, 500);
    const { time, ...first } = written[0] ?? {};
    assert.deepEqual(first, { level: 'info', requestId: 'req_0', status: 200, msg: 'request ended' });
    assert.ok(Math.abs(Date.parse(String(time)) - Date.now()) < 60_000);
  });

  it('keeps the file to its owner', async () => {
    // Windows has no such modes: Node shows what may be read and written, and the folder's list of access does the rest.
    const mode = process.platform === 'win32' ? 0o666 : 0o600;
    const { logger, file } = open();
    logger.info({}, 'x');
    await logger.close();
    assert.equal((await stat(file)).mode & 0o777, mode);
  });

  it('begins a new file when one is full, and keeps a few: no line is lost or cut, and none is kept for ever', async () => {
    const file = folder.file('logs', 'daemon.log');
    const limits = { maxBytes: 2_000, kept: 2 };
    const open = (): PinoLogger =>
      new PinoLogger({ level: 'info', destination: file, redact: (text) => text, limits });
    let logger = open();
    for (let i = 0; i < 80; i++) logger.info({ i }, 'x'.repeat(40));
    await logger.close();
    logger = open();
    for (let i = 80; i < 100; i++) logger.info({ i }, 'x'.repeat(40));
    await logger.close();
    const kept = await Promise.all([`${file}.2`, `${file}.1`, file].map(lines));
    const numbers = kept.flat().map((line) => Number(line['i']));
    assert.deepEqual(
      numbers,
      Array.from({ length: numbers.length }, (_, at) => 100 - numbers.length + at),
    );
    assert.ok(numbers.length > 30 && numbers.length < 100, `${numbers.length} lines are kept`);
    assert.deepEqual((await readdir(folder.file('logs'))).toSorted(), [
      'daemon.log',
      'daemon.log.1',
      'daemon.log.2',
    ]);
    for (const name of [file, `${file}.1`, `${file}.2`]) assert.ok((await stat(name)).size < 2_200, name);
  });

  it('shares its file with a daemon that takes over, and moves a full one away once', async () => {
    const file = folder.file('logs', 'daemon.log');
    const limits = { maxBytes: 1_000, kept: 3 };
    const loggers = [1, 2].map(
      () => new PinoLogger({ level: 'info', destination: file, redact: (text) => text, limits }),
    );
    for (const logger of loggers) for (let i = 0; i < 15; i++) logger.info({}, 'x'.repeat(40));
    for (const logger of loggers) await logger.close();
    const [oldest, newest] = await Promise.all([lines(`${file}.1`), lines(file)]);
    assert.equal(oldest.length + newest.length, 30);
    assert.deepEqual((await readdir(folder.file('logs'))).toSorted(), ['daemon.log', 'daemon.log.1']);
  });

  it('leaves out what is below its level', async () => {
    const { logger, file } = open('warn');
    logger.debug({}, 'a');
    logger.info({}, 'b');
    logger.warn({}, 'c');
    logger.error({}, 'd');
    await logger.close();
    assert.deepEqual(
      (await lines(file)).map((line) => line['level']),
      ['warn', 'error'],
    );
  });

  it('lets no secret through, wherever it stands', async () => {
    const { logger, file } = open();
    const error = new Error('bad sk-secret', { cause: new Error('inner sk-secret') });
    Object.assign(error, { code: 'E_sk-secret' });
    logger.error(
      {
        text: 'sk-secret',
        deep: { list: ['a sk-secret b', { more: 'sk-secret' }] },
        headers: new Map([['authorization', 'Bearer sk-secret']]),
        url: new URL('http://x/?key=sk-secret'),
        body: Buffer.from('sk-secret'),
        error,
      },
      'failed with sk-secret',
    );
    await logger.close();
    const text = await readFile(file, 'utf8');
    assert.doesNotMatch(text, /sk-secret/);
    const [line] = await lines(file);
    assert.equal(line?.['msg'], 'failed with [redacted]');
    assert.equal((line['error'] as Record<string, unknown>)['message'], 'bad [redacted]');
    assert.equal(line['body'], '[9 bytes]');
  });

  it('ends on fields that contain themselves', async () => {
    const { logger, file } = open();
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    logger.info({ loop, count: 1n }, 'x');
    await logger.close();
    assert.equal((await lines(file))[0]?.['count'], '1');
  });

  it('writes to stderr, and says so, when the file can not be opened', () => {
    const file = new URL('../../../../server/adapters/pino/pino-logger.ts', import.meta.url).href;
    const code = `const { PinoLogger } = await import('${file}');
      const logger = new PinoLogger({ level: 'info', destination: process.argv[1], redact: (text) => text });
      logger.info({}, 'still here');
      await logger.close();
      logger.info({}, 'after the end');
      await logger.close();`;
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', code, folder.path]);
    assert.equal(run.status, 0, run.stderr.toString());
    assert.match(run.stderr.toString(), /log can't be written: EISDIR[^]*still here/);
    assert.doesNotMatch(run.stderr.toString(), /after the end/);
  });
});
