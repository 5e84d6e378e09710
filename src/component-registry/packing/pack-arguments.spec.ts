import { parsePackArguments } from './pack-arguments';

const DIGEST = `sha256:${'0'.repeat(64)}`;

describe(parsePackArguments.name, () => {
  it.each([
    [['time-mcp@1.0.6'], { name: 'time-mcp', version: '1.0.6' }],
    [
      ['@a/b@2.0.0-rc.1', '--to', 'localhost:5000/b'],
      {
        name: '@a/b',
        version: '2.0.0-rc.1',
        to: { host: 'localhost:5000', repository: 'b', tag: '2.0.0-rc.1' },
      },
    ],
    [
      ['--base', 'x.tar', 'a@1.0.0', '--to=localhost/b:x', '--lock', 'l', '--bin', 'p'],
      {
        name: 'a',
        version: '1.0.0',
        base: 'x.tar',
        lock: 'l',
        program: 'p',
        to: { host: 'localhost', repository: 'b', tag: 'x' },
      },
    ],
    [['a@1.0.0', '--state', '/data/x'], { name: 'a', version: '1.0.0', state: '/data/x' }],
  ])('reads %j', (args, request) => {
    expect(parsePackArguments(args)).toEqual(request);
  });

  it.each([
    [['time-mcp@1.0.6'], { host: '127.0.0.1:5001', repository: 'time-mcp', tag: '1.0.6' }],
    [['@scope/b@2.0.0'], { host: '127.0.0.1:5001', repository: 'scope/b', tag: '2.0.0' }],
    [['b@2.0.0', '--to', 'a.example/x'], { host: 'a.example', repository: 'x', tag: '2.0.0' }],
  ])('pushes %j to the registry of the house, or where it is told', (args, to) => {
    expect(parsePackArguments(args, '127.0.0.1:5001').to).toEqual(to);
  });

  it.each([
    [[], 'exactly one package'],
    [['a@1.0.0', 'b@1.0.0'], 'exactly one package'],
    [['a@1.0.0', '--state', '/etc'], 'below /data or /mnt'],
    [['a@1.0.0', '--state', '/data/../etc'], 'below /data or /mnt'],
    [['a'], 'no exact version'],
    [['@a/b'], 'no exact version'],
    [['a@latest'], 'no exact version'],
    [['a@^1.0.0'], 'no exact version'],
    [['a@v1.0.0'], 'no exact version'],
    [['../a@1.0.0'], 'no name'],
    [['git+ssh://x/a@1.0.0'], 'no name'],
    [['A@1.0.0'], 'no name'],
    [['a@1.0.0', '--from', 'x'], 'from'],
    [['a@1.0.0', '--to', `localhost/a@${DIGEST}`], '--to holds a digest'],
  ])('refuses %j: %s', (args, words) => {
    expect(() => parsePackArguments(args)).toThrow(
      expect.objectContaining({
        code: 'PACK_ARGUMENTS_INVALID',
        message: expect.stringContaining(words),
      }) as Error,
    );
  });

  it('refuses a target that is no reference', () => {
    expect(() => parsePackArguments(['a@1.0.0', '--to', 'a'])).toThrow(
      expect.objectContaining({ code: 'IMAGE_REFERENCE_INVALID' }) as Error,
    );
  });
});
