import fc from 'fast-check';
import { formatReference, parseReference } from './image-reference';

const DIGEST = `sha256:${'a1'.repeat(32)}`;

describe(parseReference.name, () => {
  it.each([
    ['127.0.0.1:5001/time-mcp:1.0.6', { host: '127.0.0.1:5001', repository: 'time-mcp', tag: '1.0.6' }],
    ['localhost/a', { host: 'localhost', repository: 'a' }],
    [`ghcr.io/a/b__c/d-e.f@${DIGEST}`, { host: 'ghcr.io', repository: 'a/b__c/d-e.f', digest: DIGEST }],
    ['[::1]:5000/a:V_1', { host: '[::1]:5000', repository: 'a', tag: 'V_1' }],
    [`registry:5000/a:1@${DIGEST}`, { host: 'registry:5000', repository: 'a', tag: '1', digest: DIGEST }],
  ])('reads %s', (text, parts) => {
    expect(parseReference(text)).toEqual(parts);
    expect(formatReference(parseReference(text))).toBe(text);
  });

  it.each([
    ['time-mcp', 'the registry is not named'],
    ['library/node:20', 'is no registry'],
    ['https://ghcr.io/a/b', 'begins like an address'],
    ['user@host.org/a', 'is no registry'],
    ['a..b/c', 'is no registry'],
    ['host:0/a', 'is no registry'],
    ['host:70000/a', 'is no registry'],
    ['ghcr.io/Upper', 'lower-case words'],
    ['ghcr.io/', 'lower-case words'],
    ['ghcr.io/a//b', 'lower-case words'],
    ['ghcr.io/../b', 'lower-case words'],
    ['ghcr.io/a?x=1', 'lower-case words'],
    [`ghcr.io/${'a'.repeat(256)}`, 'lower-case words'],
    ['ghcr.io/a:', 'the tag is not'],
    ['ghcr.io/a:b:c', 'the tag is not'],
    ['ghcr.io/a:-x', 'the tag is not'],
    ['ghcr.io/a@sha256:abc', 'the digest is not'],
    [`ghcr.io/a@${DIGEST.toUpperCase()}`, 'the digest is not'],
    [`ghcr.io/a@${DIGEST}@${DIGEST}`, 'more than one "@"'],
    ['ghcr.io/a b', 'lower-case words'],
    ['ghcr.io/a:1\n', 'the tag is not'],
  ])('refuses %j: %s', (text, why) => {
    expect(() => parseReference(text)).toThrow(
      expect.objectContaining({
        code: 'IMAGE_REFERENCE_INVALID',
        message: expect.stringContaining(why),
      }) as Error,
    );
  });

  it('gives back what it was given, or refuses; nothing between', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9.:/@_-]{1,40}$/), (text) => {
        let parsed;
        try {
          parsed = parseReference(text);
        } catch {
          return;
        }
        expect(formatReference(parsed)).toBe(text);
      }),
    );
  });
});
