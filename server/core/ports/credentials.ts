import type { ClassifiedFailure } from './provider.ts';
import type { UpstreamRequest } from './upstream.ts';

/** What Amazon signs requests with. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string;
}

/** Signs requests to Amazon (Signature Version 4). */
export interface AwsSigner {
  /** The headers that the signature adds. It covers host, type, date and the body's bytes. */
  sign(
    request: UpstreamRequest,
    credentials: AwsCredentials,
    scope: { readonly region: string; readonly service: string },
  ): Promise<Readonly<Record<string, string>>>;
}

/** The members of a service account's JSON file that matter here. */
export interface ServiceAccount {
  readonly clientEmail: string;
  readonly privateKey: string;
  readonly privateKeyId: string;
  readonly tokenUri: string;
}

/** Access tokens of Google's service accounts, kept until shortly before they expire. */
export interface GoogleTokens {
  /** Never rejects. Calls for the same account share one request. `proxy` as in `UpstreamRequest`. */
  token(
    account: ServiceAccount,
    proxy: string | undefined,
  ): Promise<
    | { readonly ok: true; readonly token: string }
    | { readonly ok: false; readonly failure: ClassifiedFailure }
  >;
}
