import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AnswerTranslator } from '../../server/protocol/translate/answer-translator.ts';
import { classifyPath, endpointPath } from '../../server/protocol/classify.ts';
import type { DialogueProtocol } from '../../server/protocol/translate/dialogue.ts';
import { translateRequest } from '../../server/protocol/translate/translate.ts';
import { cutEvery } from '../support/chunks.ts';
import { MODELS } from './translated-pairs.ts';

/** A provider's part: the bytes it answers a translated request with. */
export interface ProviderPart {
  readonly protocol: DialogueProtocol;
  readonly answer: (stream: boolean) => Uint8Array;
}

/** A server for one caller and one provider: it translates the caller's request, and the provider's bytes back. */
export class TranslatingServer {
  readonly #server = createServer((request, response) => void this.#handle(request, response));
  #provider: ProviderPart | null = null;

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  answerWith(provider: ProviderPart): void {
    this.#provider = provider;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const endpoint = classifyPath(endpointPath(url.pathname));
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const from = endpoint?.protocol as DialogueProtocol;
    const provider = this.#provider;
    if (!provider) throw new Error('There is no provider to answer.');
    const translated = translateRequest(from, provider.protocol, JSON.parse(String(Buffer.concat(chunks))), {
      model: MODELS[provider.protocol],
      defaultMaxTokens: 8192,
      ...(endpoint?.path ? { path: endpoint.path } : {}),
    });
    if (!translated.ok) throw new Error(translated.message);
    const { facts } = translated;
    const translator = new AnswerTranslator({
      from: provider.protocol,
      to: from,
      facts,
      requestId: 'req_sdk1',
      createdAt: 1_763_985_600,
    });
    response.writeHead(200, { 'content-type': facts.stream ? 'text/event-stream' : 'application/json' });
    for (const piece of cutEvery(provider.answer(facts.stream), 7)) {
      for (const out of translator.push(piece)) response.write(out);
    }
    for (const out of translator.finish()) response.write(out);
    response.end();
  }
}
