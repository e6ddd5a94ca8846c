import { setTimeout as delay } from 'node:timers/promises';
import type { Trace } from '../../shared/model/trace.ts';
import type { RequestView } from '../../shared/model/views.ts';
import { type Call, connect } from './calls.ts';
import { type Daemon, RefusedError } from '../support/daemon.ts';
import type { KeyWatch } from './key-watch.ts';
import { PLAN } from './plan.ts';
import { SECRETS, type World } from '../support/providers/world.ts';
import { requestHead, requestLine } from './request-line.ts';
import { paint, say, wrap } from './screen.ts';

/** From one request to the next. */
const PAUSE_MS = 150;
const LOOK_MS = 300;
const TRACE_TRIES = 100;

/** Sends the demo's requests and prints each as the daemon recorded it. Returns their traces. */
export async function runTraffic(
  daemon: Daemon,
  world: World,
  token: string,
  watch: KeyWatch,
): Promise<readonly Trace[]> {
  const tools = connect(daemon.url, token);
  const traces: Trace[] = [];
  await watch.changes();
  say(wrap('Watch openai-a hit its limit and come back, and openai-c lose its key: no SDK notices.', '  '));
  say();
  say(requestHead());
  const send = async (call: Call): Promise<void> => {
    const trace = await traceOf(daemon, await call(tools));
    traces.push(trace);
    say(requestLine(traces.length, trace, watch.nameOf));
  };
  for (const step of PLAN) {
    if (step.kind === 'request') {
      await send(step.call);
    } else {
      world.openai.revoke(SECRETS.openaiC);
      say(paint('dim', `    ${step.text}`));
    }
    await delay(PAUSE_MS);
    for (const line of await watch.changes()) say(line);
  }
  return traces;
}

/** Prints the requests of other tools, and what becomes of the keys, for ever. */
export async function follow(daemon: Daemon, watch: KeyWatch, shown: readonly Trace[]): Promise<never> {
  const known = new Set(shown.map((trace) => trace.requestId));
  let count = shown.length;
  for (;;) {
    const { requests } = await daemon.api<{ requests: readonly RequestView[] }>('GET', 'requests?limit=50');
    for (const { requestId } of requests.toReversed()) {
      if (known.has(requestId)) continue;
      known.add(requestId);
      say(requestLine(++count, await traceOf(daemon, requestId), watch.nameOf));
    }
    for (const line of await watch.changes()) say(line);
    await delay(LOOK_MS);
  }
}

/** A trace is written just after its answer has ended. */
async function traceOf(daemon: Daemon, requestId: string): Promise<Trace> {
  for (let tries = 0; ; tries++) {
    try {
      return await daemon.api<Trace>('GET', `requests/${requestId}`);
    } catch (error) {
      if (!(error instanceof RefusedError) || tries === TRACE_TRIES) throw error;
      await delay(10);
    }
  }
}
