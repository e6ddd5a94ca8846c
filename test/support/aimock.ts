import { type ChaosConfig, type FixtureFileResponse, type FixtureMatch, LLMock } from '@copilotkit/aimock';

/** What an aimock account is like. */
export interface AimockOptions {
  /** The keys it accepts; every key if left out. */
  readonly keys?: readonly string[];
}

/** A request as aimock's journal has it. */
export interface JournalLine {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly status: number;
}

/**
 * A simulated provider by others: `@copilotkit/aimock` is compared daily with the real services. Several of
 * them are several accounts. It can't report cached tokens of Anthropic: `ScriptedUpstream` does.
 */
export class Aimock {
  readonly #mock: LLMock;

  private constructor(mock: LLMock) {
    this.#mock = mock;
  }

  /** Starts an account on a port of its own; it answers nothing until told to. */
  static async start(options: AimockOptions = {}): Promise<Aimock> {
    const mock = new LLMock({
      port: 0,
      host: '127.0.0.1',
      ...(options.keys ? { auth: { apiKeys: [...options.keys] } } : {}),
    });
    await mock.start();
    return new Aimock(mock);
  }

  /** `http://127.0.0.1:PORT`, without `/v1`. */
  get url(): string {
    return this.#mock.url;
  }

  /** Answers requests that match (all, with `{}`) with a fixture, in every protocol. */
  on(match: FixtureMatch, response: FixtureFileResponse): this {
    this.#mock.on(match, response);
    return this;
  }

  /** Sets how often requests fail, from now on; `{}` ends it. */
  setChaos(chaos: ChaosConfig): void {
    if (Object.keys(chaos).length === 0) this.#mock.clearChaos();
    else this.#mock.setChaos(chaos);
  }

  /** Every request so far, oldest first. */
  journal(): readonly JournalLine[] {
    return this.#mock.getRequests().map(({ method, path, headers, body, response }) => ({
      method,
      path,
      headers,
      body,
      status: response.status,
    }));
  }

  async stop(): Promise<void> {
    await this.#mock.stop();
  }
}
