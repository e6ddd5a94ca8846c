/**
 * What runs in the keychain's own process: one operation on the addon that `argv[1]` names, asked as JSON on stdin
 * and answered as JSON on stdout. JavaScript in a string, because it is given to the runtime with `-e`: so it needs
 * no file beside the bundle. The secret never occurs in an argument or environment, which other programs can read.
 */
export const KEYRING_PROCESS = `
const chunks = [];
process.stdin.on('data', (chunk) => chunks.push(chunk));
process.stdin.on('end', () => {
  let answer;
  try {
    const { addon, service, account, secret } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const { Entry } = require(addon);
    // Without a named store, Linux would fall back to the kernel's keyring, which a reboot empties.
    const entry = new Entry(service, account, { linux: { store: 'secret-service' } });
    if (secret === undefined) answer = { ok: true, value: entry.getPassword() };
    else {
      entry.setPassword(secret);
      answer = { ok: true, value: null };
    }
  } catch (error) {
    answer = { ok: false, message: String(error && error.message || error) };
  }
  process.stdout.write(JSON.stringify(answer));
});
`;
