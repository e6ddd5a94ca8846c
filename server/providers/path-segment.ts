/** A model's name as one segment of a path: all that a segment may hold stays as it is (RFC 3986, 3.3). */
export function pathSegment(text: string): string {
  return text.replace(/[^\w\-.~!$&'()*+,;=:@]+/g, encodeURIComponent);
}
