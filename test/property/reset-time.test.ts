import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { parseGoDuration, parseResetAt, retryAfterMs } from '../../server/providers/reset-time.ts';

const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);
const MONTH = 31 * 24 * 3600 * 1000;

/** Waits of up to a month, ms. */
const waits = fc.nat({ max: MONTH });
const wholeSeconds = fc.nat({ max: MONTH / 1000 });

/** As Go's `time.Duration.String` writes it: `1h2m59.56s`, `6m0s`, `12ms`. */
function goDuration(ms: number): string {
  if (ms < 1000) return `${ms}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor(ms / 60_000) % 60;
  const seconds = (ms % 60_000) / 1000;
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${seconds}s`;
}

describe('the time of a reset', () => {
  const near = (found: number | null, wanted: number): void => {
    assert.ok(found !== null && Math.abs(found - wanted) <= 1, `${found} for ${wanted}`);
  };

  it('may be a duration as Go writes it', () =>
    fc.assert(fc.property(waits, (ms) => near(parseResetAt(goDuration(ms), NOW), NOW + ms))));

  it('may be seconds, whole or not', () =>
    fc.assert(
      fc.property(waits, wholeSeconds, (ms, seconds) => {
        near(parseResetAt((ms / 1000).toFixed(3), NOW), NOW + ms);
        assert.equal(parseResetAt(String(seconds), NOW), NOW + seconds * 1000);
      }),
    ));

  it('may be seconds or milliseconds since the epoch', () =>
    fc.assert(
      fc.property(wholeSeconds, (seconds) => {
        const at = NOW + seconds * 1000;
        assert.equal(parseResetAt(String(at / 1000), NOW), at);
        assert.equal(parseResetAt(String(at), NOW), at);
      }),
    ));

  it('may be an RFC 3339 time, in any offset', () =>
    fc.assert(
      fc.property(waits, fc.integer({ min: -14 * 60, max: 14 * 60 }), (ms, offset) => {
        const at = NOW + ms;
        assert.equal(parseResetAt(new Date(at).toISOString(), NOW), at);
        const local = new Date(at + offset * 60_000).toISOString().slice(0, -1);
        const sign = offset < 0 ? '-' : '+';
        const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
        const zone = `${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
        assert.equal(parseResetAt(`${local}${zone}`, NOW), at);
      }),
    ));

  it('may be an HTTP date', () =>
    fc.assert(
      fc.property(wholeSeconds, (seconds) => {
        const at = NOW + seconds * 1000;
        assert.equal(parseResetAt(new Date(at).toUTCString(), NOW), at);
      }),
    ));

  it('is never in the past, nor more than a month away', () =>
    fc.assert(
      fc.property(fc.oneof(fc.nat(), fc.maxSafeNat(), fc.double({ min: 0, noNaN: true })), (number) => {
        for (const text of [String(number), `${number}s`, `${number}h`, `-${number}`]) {
          const at = parseResetAt(text, NOW);
          assert.ok(at === null || (at >= NOW && at <= NOW + MONTH), `${text}: ${at}`);
        }
      }),
    ));

  it('is kept within bounds when it is over or absurd', () => {
    assert.equal(parseResetAt('2020-01-01T00:00:00Z', NOW), NOW);
    assert.equal(parseResetAt('1600000000', NOW), NOW);
    assert.equal(parseResetAt('2099-01-01T00:00:00Z', NOW), NOW + MONTH);
    assert.equal(parseResetAt('9'.repeat(400), NOW), NOW + MONTH);
    assert.equal(parseResetAt('9999999h', NOW), NOW + MONTH);
  });

  for (const text of [
    '',
    '-1',
    '-5s',
    '-1763900000',
    '-2026-11-24T12:00:00Z',
    '+5',
    '1e3',
    '0x10',
    'soon',
    'never 2030',
    'limit-5000',
    'abc 1234',
    '5 minutes',
    '6m 0s',
    '12 ms',
    's',
    '1.s',
    '.5s',
    'NaN',
    'Infinity',
    '2026-13-45T99:00:00Z',
    'Tue, 24 Nov 2026',
    '2026-11-24',
  ]) {
    it(`is unknown for "${text}"`, () => assert.equal(parseResetAt(text, NOW), null));
  }

  it('is unknown or sound for any text', () =>
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'0123456789.-:TZsmh '.split('')) })),
        (text) => {
          const at = parseResetAt(text, NOW);
          assert.ok(at === null || (Number.isSafeInteger(at) && at >= NOW && at <= NOW + MONTH));
          const duration = parseGoDuration(text);
          assert.ok(duration === null || duration >= 0);
        },
      ),
      { numRuns: 1_000 },
    ));

  it('is unknown where the header is absent', () => assert.equal(parseResetAt(null, NOW), null));
});

describe('the wait that an answer asks for', () => {
  it('is that of the finer header, in milliseconds', () => {
    assert.equal(retryAfterMs({ 'retry-after-ms': '1500', 'retry-after': '2' }, NOW), 1500);
    assert.equal(retryAfterMs({ 'x-ms-retry-after-ms': '86', 'retry-after': '1' }, NOW), 86);
    assert.equal(retryAfterMs({ 'retry-after-ms': '12.2' }, NOW), 13);
  });

  it('is that of the standard one, in seconds or as a date', () => {
    assert.equal(retryAfterMs({ 'retry-after': '20' }, NOW), 20_000);
    assert.equal(retryAfterMs({ 'retry-after': '0' }, NOW), 0);
    assert.equal(retryAfterMs({ 'retry-after': 'Tue, 24 Nov 2026 12:01:00 GMT' }, NOW), 60_000);
    assert.equal(retryAfterMs({ 'retry-after': ['7', '9'] }, NOW), 7_000);
  });

  it('falls back to the standard one where the finer is nonsense', () => {
    assert.equal(retryAfterMs({ 'retry-after-ms': '-1', 'retry-after': '3' }, NOW), 3_000);
    assert.equal(retryAfterMs({ 'retry-after-ms': 'soon' }, NOW), null);
    assert.equal(retryAfterMs({}, NOW), null);
  });

  it('is never negative nor longer than a month', () =>
    fc.assert(
      fc.property(fc.string(), fc.maxSafeNat(), (text, number) => {
        for (const value of [text, String(number)]) {
          for (const name of ['retry-after', 'retry-after-ms']) {
            const wait = retryAfterMs({ [name]: value }, NOW);
            assert.ok(wait === null || (wait >= 0 && wait <= MONTH));
          }
        }
      }),
    ));
});
