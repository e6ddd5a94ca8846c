import { testModel } from '../../connect/chat-models.ts';
import { callModel, listModels } from '../../connect/test-call.ts';
import type { Tool } from '../../connect/tool.ts';
import { DaemonLine } from '../../daemon/daemon-line.ts';
import type { ManagementClient } from '../management-client.ts';

/** What was found out by trying. */
export interface Verification {
  readonly ok: boolean;
  /** A sentence for each step, in order. */
  readonly checks: readonly string[];
}

/**
 * Has the listener prove that it is our daemon, and only then shows it the tool's key: once to list models, and once for
 * a tiny request as the tool would make it. Throws `RouterError` if the listener is somebody else.
 */
export async function verifyConnection(
  client: ManagementClient,
  tool: Tool,
  { token, model }: { readonly token: string | null; readonly model: string | null },
): Promise<Verification> {
  const { endpoint } = client;
  const url = `http://127.0.0.1:${endpoint.port}`;
  (await DaemonLine.open(endpoint)).close();
  const checks = [`${url} is this daemon (process ${endpoint.pid}).`];
  if (token === null) {
    return { ok: true, checks: [...checks, `Only ${tool.name} knows its key, so no call was made with it.`] };
  }
  let models: Awaited<ReturnType<typeof listModels>>;
  try {
    models = await listModels(url, token);
  } catch (error) {
    return { ok: false, checks: [...checks, `The key was refused: ${(error as Error).message}`] };
  }
  checks.push(`Its key is good, and may use ${models.length === 1 ? '1 model' : `${models.length} models`}.`);
  const chosen = model ?? testModel(tool.protocol, models);
  if (chosen === null) {
    return {
      ok: true,
      checks: [
        ...checks,
        'No provider key lists a model yet, so none was asked. Add one with "apikeyrouter keys add".',
      ],
    };
  }
  const { ok, message } = await callModel({ url, token }, tool.protocol, chosen);
  return { ok, checks: [...checks, message] };
}
