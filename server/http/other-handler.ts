import { CODECS } from '../protocol/classify.ts';
import { classifyOther } from '../protocol/other/classify-other.ts';
import { dialectOf } from '../protocol/other/dialect.ts';
import { readOther } from '../protocol/other/read-other.ts';
import type { HttpCall } from './request-identity.ts';
import { refuse } from './refuse.ts';
import { type ProxyParts, serveCaller } from './serve-caller.ts';
import { readJsonBody } from './read-json-body.ts';

/** Serves one request for any other path of a provider: bytes pass as they are, in both directions. */
export async function handleOther(parts: ProxyParts, pathname: string, call: HttpCall): Promise<void> {
  const { headers, method = '', url = '' } = call.request;
  const codec = CODECS[dialectOf(pathname, headers)];
  const caller = { ...call, codec };
  const endpoint = classifyOther(method, pathname, url.slice(pathname.length), headers);
  if (!endpoint.ok) {
    refuse(caller, endpoint.code, endpoint.message);
    return;
  }
  await serveCaller(parts, caller, (bytes) => {
    const read = readOther(endpoint, bytes, headers, readJsonBody);
    return read.ok ? { ...read, target: endpoint.target } : read;
  });
}
