import { parseChallenge } from './auth-challenge';

describe(parseChallenge.name, () => {
  it.each([
    ['Basic realm="Registry"', { scheme: 'basic' }],
    [
      'Bearer realm="https://auth.example.org/token",service="registry.example.org",scope="repository:a/b:pull,push"',
      {
        scheme: 'bearer',
        realm: 'https://auth.example.org/token',
        service: 'registry.example.org',
        scope: 'repository:a/b:pull,push',
      },
    ],
    ['bearer realm=https://a/t', { scheme: 'bearer', realm: 'https://a/t' }],
    ['Negotiate, Bearer realm="https://a/t?x=\\"1\\""', { scheme: 'bearer', realm: 'https://a/t?x="1"' }],
    ['Bearer service="a"', undefined],
    ['Negotiate', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads %j', (header, challenge) => {
    expect(parseChallenge(header)).toEqual(challenge);
  });
});
