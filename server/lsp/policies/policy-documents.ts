import {
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  type Connection,
  type Diagnostic as LspDiagnostic,
  DiagnosticSeverity,
  TextDocuments,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { DryRunView } from '../../../shared/model/views.ts';
import type { Admin } from '../../core/admin/admin.ts';
import type { Clock, Dispose } from '../../core/ports/clock.ts';
import { dryRunBody } from '../../core/admin/limit-input-schemas.ts';
import type { Codec } from '../../core/ports/codec.ts';
import { type Diagnostic, diagnostic } from '../../policy-language/diagnostic.ts';
import { type KnownNames, knownNames } from '../../policy-language/known-names.ts';
import { failedTests } from '../../policy-language/policy-tests.ts';
import type { PolicyAnswer, PolicyThread } from './policy-thread.ts';

export interface PolicyDocumentParts {
  readonly admin: Admin;
  readonly clock: Clock;
  readonly thread: PolicyThread;
  /** The protocol in which the tests of a file ask. */
  readonly codec: Codec;
}

/** While somebody types, the text is read this long after the last key. */
const PAUSE_MS = 150;
const LOOK_MS = 1_000;
/** Larger texts are no policy files. */
const MOST_CHARACTERS = 2_000_000;

/** Tells one window what is wrong with the policy files that it has open. */
export class PolicyDocuments {
  readonly #parts: PolicyDocumentParts;
  readonly #connection: Connection;
  readonly #documents = new TextDocuments(TextDocument);
  readonly #pauses = new Map<string, Dispose>();
  /** Those that the files were read with last. */
  #names = '';
  #looking: Dispose | null = null;

  /** `trusted`: whether the window has proved that it may ask. */
  constructor(parts: PolicyDocumentParts, connection: Connection, trusted: () => boolean) {
    this.#parts = parts;
    this.#connection = connection;
    this.#documents.onDidChangeContent(({ document }) => {
      if (trusted()) this.#readSoon(document);
    });
    this.#documents.onDidClose(({ document }) => {
      this.#pauses.get(document.uri)?.();
      this.#pauses.delete(document.uri);
      this.#publish(document.uri, null, []);
    });
    connection.onCodeAction((params) => (trusted() ? replacements(params) : []));
    this.#documents.listen(connection);
  }

  /**
   * Something changed: if there are other names now, what is said of those in the files may not be true any more. Requests
   * change keys all the time, so that it is looked at once a second at most.
   */
  readAgain(): void {
    if (this.#documents.all().length === 0 || this.#looking) return;
    this.#looking = this.#parts.clock.after(LOOK_MS, () => {
      this.#looking = null;
      if (JSON.stringify(this.#known()) === this.#names) return;
      for (const document of this.#documents.all()) this.#readSoon(document);
    });
  }

  dispose(): void {
    this.#looking?.();
    for (const cancel of this.#pauses.values()) cancel();
    this.#pauses.clear();
  }

  #readSoon({ uri }: TextDocument): void {
    this.#pauses.get(uri)?.();
    const cancel = this.#parts.clock.after(PAUSE_MS, () => {
      this.#pauses.delete(uri);
      void this.#read(uri);
    });
    this.#pauses.set(uri, cancel);
  }

  async #read(uri: string): Promise<void> {
    const document = this.#documents.get(uri);
    if (!document || document.getText().length > MOST_CHARACTERS) return;
    const { version } = document;
    const known = this.#known();
    this.#names = JSON.stringify(known);
    const answer = await this.#parts.thread.read(document.getText(), known);
    if (!answer) return;
    const found = [...answer.diagnostics, ...(await this.#failedTests(answer))];
    // What was found in an older text is at other places now.
    if (this.#documents.get(uri)?.version !== version) return;
    this.#publish(
      uri,
      version,
      found.map((one) => toLsp(uri, one)),
    );
  }

  #known(): KnownNames {
    const { keys, providers, virtualKeys, models } = this.#parts.admin;
    return knownNames({
      keys: keys.names(),
      providers: providers.list(),
      models: models.list(),
      virtualKeys: virtualKeys.names(),
    });
  }

  /** One that can't be asked, say as a virtual key that is not there, fails by itself. */
  async #failedTests({ policies, tests }: PolicyAnswer): Promise<readonly Diagnostic[]> {
    if (!policies) return [];
    const { admin, codec } = this.#parts;
    const ask = async (input: Readonly<Record<string, unknown>>): Promise<DryRunView> => {
      const { protocol: _, ...asked } = dryRunBody.parse(input);
      return admin.dryRun.run({ ...asked, policies }, codec);
    };
    const each = tests.map((one) =>
      failedTests([one], ask).catch((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        return [diagnostic('test-failed', one.range, `"${one.test.name}": ${message}`)];
      }),
    );
    return (await Promise.all(each)).flat();
  }

  #publish(uri: string, version: number | null, diagnostics: LspDiagnostic[]): void {
    void this.#connection
      .sendDiagnostics({ uri, diagnostics, ...(version === null ? {} : { version }) })
      // The window is gone, and with it whoever would read this.
      .catch(() => undefined);
  }
}

function toLsp(
  uri: string,
  { code, severity, range, message, related, replacement }: Diagnostic,
): LspDiagnostic {
  return {
    range,
    severity: severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    code,
    source: 'API Key Router',
    message,
    ...(related
      ? {
          relatedInformation: related.map((one) => ({
            location: { uri, range: one.range },
            message: one.message,
          })),
        }
      : {}),
    ...(replacement === undefined ? {} : { data: { replacement } }),
  };
}

/** What was most likely meant, put in the place of what is written. */
function replacements({ textDocument: { uri }, context }: CodeActionParams): CodeAction[] {
  return context.diagnostics.flatMap((found): CodeAction[] => {
    const { replacement } = (found.data ?? {}) as { readonly replacement?: unknown };
    if (typeof replacement !== 'string') return [];
    const edit = { changes: { [uri]: [{ range: found.range, newText: replacement }] } };
    return [
      {
        title: `Change to "${replacement}"`,
        kind: CodeActionKind.QuickFix,
        diagnostics: [found],
        isPreferred: true,
        edit,
      },
    ];
  });
}
