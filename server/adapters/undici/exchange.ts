import type { Dispatcher } from 'undici';
import type { HeaderMap, UpstreamCall, UpstreamFailure, UpstreamHandler } from '../../core/ports/upstream.ts';
import { describeFailure, type Route, upstreamFailure } from './failure.ts';

/** Why undici is told to drop a socket; nobody outside sees it. */
const DROPPED = new Error('exchange dropped');

/**
 * One request under way, between undici's callbacks and the port's handler. It is over after the end, a
 * failure or an abort; whatever undici reports after that is ignored.
 */
export class Exchange implements UpstreamCall, Dispatcher.DispatchHandler {
  readonly #handler: UpstreamHandler;
  readonly #route: Route;
  readonly #headTimer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | null = null;
  #over = false;

  constructor(handler: UpstreamHandler, route: Route, headTimeoutMs: number) {
    this.#handler = handler;
    this.#route = route;
    // Our own timer, since undici's starts only when the request is written: the time spent on connecting
    // or waiting for a free connection is part of the port's promise.
    this.#headTimer = setTimeout(() => this.#headTooLate(headTimeoutMs), headTimeoutMs);
    this.#headTimer.unref();
  }

  resume(): void {
    // Deferred: undici's parser must not be entered again from within a callback of any exchange, and a
    // handler may call this before its `onData` has returned false.
    queueMicrotask(() => {
      if (!this.#over) this.#controller?.resume();
    });
  }

  abort(): void {
    if (this.#over) return;
    this.#close();
    this.#controller?.abort(DROPPED);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Aborted while it waited for a connection: undici has written nothing yet and won't.
    if (this.#over) controller.abort(DROPPED);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: HeaderMap): void {
    // Informational answers (RFC 9110 section 15.2) precede the head that counts.
    if (this.#over || status < 200) return;
    clearTimeout(this.#headTimer);
    this.#handler.onHead(status, headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    // A parser that is resumed within a body reports an empty piece first: not worth a call, nor a new pause.
    if (this.#over || chunk.length === 0) return;
    // undici's parser passes views of the buffer that the socket allocated for this very read (its WASM
    // memory holds a copy, client-h1.js `wasm_on_body`): nobody writes to it again, so no copy is needed.
    if (!this.#handler.onData(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    if (this.#over) return;
    this.#close();
    this.#handler.onEnd();
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#fail(describeFailure(error, this.#route, this.#controller ? 'exchanging' : 'connecting'));
  }

  #headTooLate(headTimeoutMs: number): void {
    this.#fail(upstreamFailure('head_timeout', this.#route, `${headTimeoutMs} ms`));
    this.#controller?.abort(DROPPED);
  }

  #fail(failure: UpstreamFailure): void {
    if (this.#over) return;
    clearTimeout(this.#headTimer);
    // Deferred: undici may fail within `dispatch`, before the caller holds this call.
    queueMicrotask(() => {
      if (this.#over) return;
      this.#close();
      this.#handler.onFailure(failure);
    });
  }

  #close(): void {
    this.#over = true;
    clearTimeout(this.#headTimer);
  }
}
