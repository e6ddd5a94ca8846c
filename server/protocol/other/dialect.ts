import type { OtherProtocol } from '../../../shared/model/trace.ts';
import type { HeaderMap } from '../../core/ports/upstream.ts';

/** Google's versions; every other provider has one only, `/v1`. */
const GOOGLE_VERSION = /^(?:\/v1)*(?=\/v1(?:alpha|beta)\d*\/)/;

/** Whose API a caller means by a path: its headers say it, or a path that only one provider has. */
export function dialectOf(pathname: string, headers: HeaderMap): OtherProtocol {
  if (GOOGLE_VERSION.test(pathname)) return 'gemini-other';
  if (headers['anthropic-version'] !== undefined) return 'anthropic-other';
  if (headers['x-goog-api-key'] !== undefined) return 'gemini-other';
  return /^(?:\/v1)*\/messages(?:\/|$)/.test(pathname) ? 'anthropic-other' : 'openai-other';
}

/**
 * The path that the provider is asked for: below the version, which its adapter knows, but for Google's. `null`: the
 * path is none of an API's.
 */
export function targetPath(dialect: OtherProtocol, pathname: string): string | null {
  if (dialect === 'gemini-other') {
    const path = pathname.replace(GOOGLE_VERSION, '').replace(/^(?:\/v1)+(?=\/v1\/)/, '');
    return /^\/v1(?:(?:alpha|beta)\d*)?\/./.test(path) ? path : null;
  }
  const path = pathname.replace(/^(?:\/v1)+(?=\/)/, '');
  if (path === '/' || path === pathname) return COLLECTIONS.test(path) ? path : null;
  return path;
}

/** Tools whose base URL has no version: what is then recognised as an API's path. */
const COLLECTIONS =
  /^\/(?:audio|batches|containers|conversations|evals|files|fine_tuning|images|messages|moderations|responses|uploads|vector_stores|videos)(?:\/|$)/;
