import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pushSmall, smallImage } from '../../test/contract/registry/small-image';
import { FakeRegistry } from '../../test/support/fakes/fake-registry/fake-registry';
import { SystemClock } from '../shared/system-clock';
import { RegistryAuthorizer } from './registry-authorizer';
import { RegistryClient } from './registry-client';

const clock = new SystemClock();
const BASIC = `Basic ${Buffer.from('rdzen:secret').toString('base64')}`;

describe(RegistryAuthorizer.name, () => {
  let registry: FakeRegistry;
  let tokens: Server;
  let client: RegistryClient;
  let asked: { query: string; authorization?: string }[];
  let answer: { status: number; body: string };
  const image = smallImage('authorized');
  const at = (): { host: string; repository: string } => ({ host: registry.host, repository: 'a/b' });

  /** Everything of the registry wants `authorization`. */
  const guard = (challenge: string, authorization: string): void =>
    registry.intercept(/^(?!GUARDED)/, (request, response) => {
      if (request.headers.authorization !== authorization)
        return void response.writeHead(401, { 'www-authenticate': challenge }).end();
      response.writeHead(200, {
        'content-type': image.manifest.mediaType,
        'docker-content-digest': image.manifest.digest,
      });
      return void response.end();
    });

  beforeEach(async () => {
    registry = await FakeRegistry.started();
    asked = [];
    answer = { status: 200, body: '{"token": "t1"}' };
    tokens = createServer(({ url = '', headers: { authorization } }, response) => {
      asked.push({ query: url, ...(authorization !== undefined && { authorization }) });
      response.writeHead(answer.status).end(answer.body);
    });
    await new Promise<void>((resolve) => tokens.listen(0, '127.0.0.1', resolve));
    const credentials = { host: registry.host, username: 'rdzen', password: 'secret' };
    client = new RegistryClient({ clock, credentials });
  });
  afterEach(async () => {
    await client.close();
    tokens.close();
    await registry.stop();
  });
  const realm = (): string => `http://127.0.0.1:${(tokens.address() as AddressInfo).port}/token`;
  const resolve = (): Promise<unknown> => client.read.resolve({ ...at(), tag: '1' });

  it('shows its account when it is asked for, and from then on at once', async () => {
    guard('Basic realm="r"', BASIC);
    await resolve();
    await resolve();
    expect(registry.shown).toEqual([undefined, BASIC, BASIC]);
  });

  it('shows it to no other registry', async () => {
    const other = await FakeRegistry.started();
    other.intercept(
      /^/,
      (_, response) => void response.writeHead(401, { 'www-authenticate': 'Basic' }).end(),
    );
    await expect(client.read.resolve({ host: other.host, repository: 'a', tag: '1' })).rejects.toMatchObject({
      code: 'REGISTRY_UNAUTHORIZED',
      message: expect.stringContaining('RDZEN_REGISTRY_USER'),
    });
    expect(other.shown).toEqual([undefined]);
    await other.stop();
  });

  it('fetches a token for what it is asked for, and keeps it for the same', async () => {
    guard(
      `Bearer realm="${realm()}",service="reg",scope="repository:a/b:pull repository:c:pull"`,
      'Bearer t1',
    );
    await resolve();
    await resolve();
    expect(asked).toEqual([
      {
        query: '/token?service=reg&scope=repository%3Aa%2Fb%3Apull&scope=repository%3Ac%3Apull',
        authorization: BASIC,
      },
    ]);
  });

  it('fetches another one when the registry does not take the old one any more', async () => {
    guard(`Bearer realm="${realm()}"`, 'Bearer t1');
    await resolve();
    answer.body = '{"access_token": "t2"}';
    guard(`Bearer realm="${realm()}"`, 'Bearer t2');
    await resolve();
    expect(asked).toHaveLength(2);
    expect(asked[0]?.query).toBe('/token?scope=repository%3Aa%2Fb%3Apull');
  });

  it('pushes with a token, sending each body only once it may', async () => {
    registry.intercept(
      /^HEAD/,
      (_, response) =>
        void response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm()}"` }).end(),
      1,
    );
    await pushSmall(client.write, at(), image, '1');
    expect(registry.repository('a/b').tags.get('1')).toBe(image.manifest.digest);
    expect(asked[0]?.query).toContain('pull%2Cpush');
    expect(new Set(registry.shown.slice(1))).toEqual(new Set(['Bearer t1']));
  });

  it('says that the account is not taken, there or here', async () => {
    guard(`Bearer realm="${realm()}"`, 'Bearer other');
    await expect(resolve()).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
    answer = { status: 401, body: '{"errors": [{"code": "UNAUTHORIZED", "message": "wrong password"}]}' };
    await expect(resolve()).rejects.toMatchObject({
      code: 'REGISTRY_UNAUTHORIZED',
      message: expect.stringContaining('wrong password'),
    });
  });

  it.each([
    ['{}', 'none in the answer'],
    ['nothing', 'none in the answer'],
    ['{"token": "a\\r\\nb"}', 'none in the answer'],
  ])('takes no token from %s', async (body, words) => {
    answer.body = body;
    guard(`Bearer realm="${realm()}"`, 'Bearer t1');
    await expect(resolve()).rejects.toMatchObject({
      code: 'REGISTRY_ANSWER_MALFORMED',
      message: expect.stringContaining(words),
    });
  });

  it.each(['http://example.org/token', 'no address', 'https://u:p@example.org/'])(
    'sends no secret to %s',
    async (where) => {
      guard(`Bearer realm="${where}"`, 'Bearer t1');
      await expect(resolve()).rejects.toMatchObject({
        code: 'REGISTRY_ANSWER_MALFORMED',
        message: expect.stringContaining('no secret'),
      });
    },
  );
});
