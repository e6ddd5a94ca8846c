import { RouterError } from '../router-error.ts';
import { isLoopbackHost, isPrivateAddress } from './private-address.ts';

const NUMERIC = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[.*\])$/;

/**
 * The address of a webhook as it is kept. Throws `RouterError('invalid_request')` where it must not be sent to. To what
 * a name leads is looked at when a connection is made.
 */
export function checkWebhookUrl(text: string, allowPrivate: boolean): string {
  if (!URL.canParse(text)) throw refused('A webhook needs a URL such as https://example.com/hooks.');
  const url = new URL(text);
  const { protocol, hostname, username, password } = url;
  const isLoopback = isLoopbackHost(hostname);
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback)) {
    throw refused('A webhook is sent over https; http is for this machine (127.0.0.1, localhost) only.');
  }
  if (username !== '' || password !== '') {
    throw refused("A webhook's URL holds no name or password: its messages are signed instead.");
  }
  if (!allowPrivate && !isLoopback && NUMERIC.test(hostname) && isPrivateAddress(hostname)) {
    throw refused(`${hostname} is a private address. Allow it with "allowPrivate" if that is meant.`);
  }
  url.hash = '';
  return url.href;
}

function refused(message: string): RouterError {
  return new RouterError('invalid_request', message);
}
