/** IPv4 networks that are not on the internet (IANA special-purpose registry), by their prefix and its length in bits. */
const PRIVATE_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];
const V4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/** A host of a URL that is this machine, by name or address. */
export function isLoopbackHost(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname === '[::1]' || (V4.test(hostname) && hostname.startsWith('127.'))
  );
}

/** Whether an IP address is not one of the internet: private, link-local, loopback, reserved, or no address at all. */
export function isPrivateAddress(address: string): boolean {
  if (V4.test(address)) return isPrivateV4(address);
  const groups = groupsOf(address);
  if (!groups) return true;
  const [first = 0, second = 0] = groups;
  const isZero = (from: number, to: number): boolean => groups.slice(from, to).every((group) => group === 0);
  // Mapped (RFC 4291 section 2.5.5.2) and translated (RFC 6052) addresses are the IPv4 address in them.
  const isMapped = isZero(0, 5) && groups[5] === 0xffff;
  const isTranslated = first === 0x64 && second === 0xff9b && isZero(2, 6);
  if (isMapped || isTranslated) return isPrivateV4(dotted(groups[6] ?? 0, groups[7] ?? 0));
  // All that is given out for use on the internet begins with 001.
  if (first >> 13 !== 1) return true;
  // Protocol assignments with Teredo, documentation (RFC 3849, RFC 9637), 6to4.
  return (
    (first === 0x2001 && (second < 0x200 || second === 0xdb8)) ||
    first === 0x2002 ||
    (first === 0x3fff && second < 0x1000)
  );
}

function isPrivateV4(address: string): boolean {
  const value = numberOf(address);
  return PRIVATE_V4.some(([network, bits]) => value >>> (32 - bits) === numberOf(network) >>> (32 - bits));
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) >>> 0;
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** The eight groups of an IPv6 address; `null` if it is none. */
function groupsOf(address: string): readonly number[] | null {
  const [plain = ''] = address.replace(/^\[|\]$/g, '').split('%');
  const text = plain.replace(/(?<=:)\d{1,3}(?:\.\d{1,3}){3}$/, (v4) => {
    const value = numberOf(v4);
    return `${(value >>> 16).toString(16)}:${(value & 0xffff).toString(16)}`;
  });
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return null;
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 0) return null;
  const all = [...left, ...Array.from({ length: missing }, () => '0'), ...right];
  return all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
    ? all.map((group) => parseInt(group, 16))
    : null;
}
