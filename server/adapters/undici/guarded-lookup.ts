import { lookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { ADDRESS_PRIVATE } from './failure.ts';

/**
 * Looks a name up as Node does, and fails if any of its addresses is refused. The socket connects to the very addresses
 * that were looked at, so that a name can't change its mind in between.
 */
export function guardedLookup(refuses: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      const [first] = addresses ?? [];
      if (error || !first) {
        callback(error, []);
        return;
      }
      if (addresses.some(({ address }) => refuses(address))) {
        callback(Object.assign(new Error('private address'), { code: ADDRESS_PRIVATE }), []);
      } else if (options.all) {
        callback(null, addresses);
      } else {
        callback(null, first.address, first.family);
      }
    });
  };
}
