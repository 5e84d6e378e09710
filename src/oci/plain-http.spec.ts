import { isPlainHttp } from './plain-http';

describe(isPlainHttp.name, () => {
  it.each([
    ['127.0.0.1:5001', [], true],
    ['127.9.9.9', [], true],
    ['localhost:5000', [], true],
    ['[::1]:5000', [], true],
    ['registry:5000', [], false],
    ['registry:5000', ['registry'], true],
    ['registry:5000', ['registry:5000'], true],
    ['registry:5001', ['registry:5000'], false],
    ['registry.example.org', ['registry'], false],
    ['127.0.0.1.example.org', [], false],
    ['localhost.example.org:5000', [], false],
  ])('of %s, with %j named, is %s', (host, named, plain) => {
    expect(isPlainHttp(host, named)).toBe(plain);
  });
});
