/** Header names in lower case. */
export type HeaderMap = Readonly<Record<string, string | readonly string[] | undefined>>;

export type RequestMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface UpstreamRequest {
  readonly method: RequestMethod;
  /** Scheme, host and port: `https://api.openai.com`. */
  readonly origin: string;
  /** Path with query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  /** The proxy to go through, whatever else is configured. */
  readonly proxy?: string;
  /** From the call until the response head, ms. */
  readonly headTimeoutMs: number;
  /** Between two pieces of the response body, ms. */
  readonly idleTimeoutMs: number;
}

export type UpstreamFailureCode =
  | 'dns'
  | 'connect'
  | 'proxy'
  | 'tls'
  | 'head_timeout'
  | 'idle_timeout'
  | 'reset';

export interface UpstreamFailure {
  readonly code: UpstreamFailureCode;
  /** For people: host, cause and what to do about it; never a header or body. */
  readonly message: string;
}

/** Receives one response. Exactly one of `onEnd` and `onFailure` is called last, unless `abort` came first. */
export interface UpstreamHandler {
  onHead(status: number, headers: HeaderMap): void;
  /** The chunk is the handler's to keep. `false` asks the upstream to pause until `resume`. */
  onData(chunk: Uint8Array): boolean;
  onEnd(): void;
  onFailure(failure: UpstreamFailure): void;
}

/** A request under way. */
export interface UpstreamCall {
  resume(): void;
  /** Ends the exchange at once; nothing is called on the handler any more. */
  abort(): void;
}

/** HTTP to providers. Redirects are never followed. Certificates are always checked. */
export interface Upstream {
  dispatch(request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall;
  close(): Promise<void>;
}
