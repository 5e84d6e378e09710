import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { ApiKeys, PAGE_KEY } from '../../../src/admin/api-keys.service';
import { InProcessRdzen, type Reply } from './support/in-process-rdzen';
import { expectProblem } from './support/problem';

describe('API keys', () => {
  let sut: InProcessRdzen;

  beforeAll(async () => {
    sut = await InProcessRdzen.launch();
  });
  afterAll(() => sut?.stop());

  const file = (): string => join(sut.data, 'admin.key');
  const firstKey = (): string => readFileSync(file(), 'utf8').trim();
  const works = async (key: string): Promise<boolean> =>
    (await sut.ask('GET', '/api/v1/messages', { key })).status === 200;
  /** Ends this run and begins another on the same data folder. */
  const restart = async (): Promise<void> => {
    const { data } = sut;
    await sut.stop(true);
    sut = await InProcessRdzen.launch({ data });
  };

  it('has an admin key in a file that only its owner may read', async () => {
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(firstKey()).toMatch(/^rdz_[A-Za-z0-9]{8}\.[A-Za-z0-9]{43}$/);
    expect(await works(firstKey())).toBe(true);
  });

  it('keeps nothing in the database that opens a door', async () => {
    const [, secret = ''] = firstKey().split('.');
    for (const name of readdirSync(sut.data).filter((each) => each.startsWith('rdzen.db'))) {
      const bytes = readFileSync(join(sut.data, name)).toString('latin1');
      expect(bytes).not.toContain(secret);
      expect(bytes).not.toMatch(/rdz_[A-Za-z0-9]{8}\.[A-Za-z0-9]{43}/);
    }
    // Not even what is stored is a key, in place of the secret or of the whole.
    const hash =
      /[0-9a-f]{64}/.exec(readFileSync(join(sut.data, 'rdzen.db-wal')).toString('latin1'))?.[0] ?? '';
    expect(hash).toHaveLength(64);
    const [id = ''] = firstKey().split('.');
    expect(await works(`${id}.${hash}`)).toBe(false);
    expect(await works(`${id}.${hash.slice(0, 43)}`)).toBe(false);
  });

  it('keeps the key over a restart', async () => {
    const before = firstKey();
    await restart();
    expect(firstKey()).toBe(before);
    expect(await works(before)).toBe(true);
  });

  it('makes another one where the file was lost, and the lost one opens nothing any more', async () => {
    const lost = firstKey();
    rmSync(file());
    await restart();
    expect(firstKey()).not.toBe(lost);
    expect(await works(firstKey())).toBe(true);
    expectProblem(await sut.ask('GET', '/api/v1/messages', { key: lost }), 'UNAUTHENTICATED');
  });

  it('lets nobody choose the key by writing the file', async () => {
    const chosen = `rdz_${'a'.repeat(8)}.${'b'.repeat(43)}`;
    writeFileSync(file(), `${chosen}\n`, { mode: 0o644 });
    await restart();
    expect(await works(chosen)).toBe(false);
    expect(firstKey()).not.toBe(chosen);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });
});

describe('the list of API keys', () => {
  let sut: InProcessRdzen;

  beforeAll(async () => {
    sut = await InProcessRdzen.launch();
  });
  afterAll(() => sut?.stop());
  afterEach(() => jest.restoreAllMocks());

  interface Key {
    id: string;
    name: string;
    scope: string;
    created_at: string;
    key: string;
  }
  const make = (name: unknown, scope: unknown = 'read'): Promise<Reply> =>
    sut.ask('POST', '/api/v1/keys', { body: { name, scope } });
  const made = async (name: string, scope = 'read'): Promise<Key> => {
    const reply = await make(name, scope);
    expect(reply.status).toBe(201);
    return reply.body as unknown as Key;
  };
  const revoke = (id: string, key = sut.adminKey): Promise<Reply> =>
    sut.ask('DELETE', `/api/v1/keys/${id}`, { key });
  const list = async (): Promise<Omit<Key, 'key'>[]> =>
    JSON.parse((await sut.ask('GET', '/api/v1/keys')).text) as Omit<Key, 'key'>[];
  const named = async (name: string): Promise<string> =>
    (await list()).find((each) => each.name === name)?.id ?? 'none';
  const idOf = (key: string): string => key.slice(4, 12);
  /** What a key hears where reading, operating and administering is asked for. */
  const hears = async (key: string): Promise<number[]> => [
    (await sut.ask('GET', '/api/v1/messages', { key })).status,
    (await sut.ask('POST', '/api/v1/messages/none/requeue', { key })).status,
    (await sut.ask('GET', '/api/v1/keys', { key })).status,
  ];

  it.each([
    ['read', [200, 403, 403]],
    ['operate', [200, 404, 403]],
    ['admin', [200, 404, 200]],
  ])('makes a key of scope %s, which opens that much', async (scope, opens) => {
    const key = await made(`for ${scope}`, scope);
    expect(key).toEqual({
      id: expect.stringMatching(/^[A-Za-z0-9]{8}$/),
      ...{ name: `for ${scope}`, scope },
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      key: expect.stringMatching(new RegExp(`^rdz_${key.id}\\.[A-Za-z0-9]{43}$`)),
    });
    expect(await hears(key.key)).toEqual(opens);
  });

  it('shows each key in force, and no secret', async () => {
    const { key, ...shown } = await made('shown');
    const { text } = await sut.ask('GET', '/api/v1/keys');
    expect(text).not.toContain(key.split('.')[1]);
    expect(text).not.toMatch(/hash|rdz_|[0-9a-f]{64}/);
    const keys = await list();
    expect(keys.at(-1)).toEqual(shown);
    expect(keys[0]).toMatchObject({ name: 'first admin key', scope: 'admin' });
    for (const each of keys) expect(Object.keys(each)).toEqual(['id', 'name', 'scope', 'created_at']);
  });

  it('revokes a key, which opens nothing from then on and is out of the list', async () => {
    const { id, key } = await made('short-lived', 'admin');
    expect(await hears(key)).toEqual([200, 404, 200]);
    const reply = await revoke(id);
    expect([reply.status, reply.text]).toEqual([204, '']);
    expectProblem(await sut.ask('GET', '/api/v1/messages', { key }), 'UNAUTHENTICATED', /revoked/);
    expect(await named('short-lived')).toBe('none');
    expectProblem(await revoke(id), 'KEY_NOT_FOUND');
    // Its name is free again, and the new key is another one.
    expect((await made('short-lived')).id).not.toBe(id);
  });

  it('does not repeat a whole key that was given in place of its id', async () => {
    const { key } = await made('pasted whole');
    const reply = await revoke(key);
    expectProblem(reply, 'KEY_NOT_FOUND', /before the point/);
    expect(reply.text).not.toContain(key);
    expect((await hears(key))[0]).toBe(200);
  });

  it('tells the log who made and who revoked which key, and nothing of the secret', async () => {
    const lines: unknown[] = [];
    for (const method of ['log', 'warn', 'error'] as const)
      jest.spyOn(Logger.prototype, method).mockImplementation((...told: unknown[]) => lines.push(...told));
    const { id, key } = await made('told');
    await revoke(id);
    const by = idOf(sut.adminKey);
    expect(lines).toEqual(
      expect.arrayContaining([
        `API key ${id} (told) of scope read was made by api:${by}`,
        `API key ${id} (told) was revoked by api:${by}`,
      ]),
    );
    expect(JSON.stringify(lines)).not.toContain(key.split('.')[1]);
    for (const name of readdirSync(sut.data).filter((each) => each.startsWith('rdzen.db')))
      expect(readFileSync(join(sut.data, name)).toString('latin1')).not.toContain(key.split('.')[1]);
  });

  it.each([
    ['no name', undefined, 'read'],
    ['an empty name', '', 'read'],
    ['a name of spaces', ' \t\n ', 'read'],
    ['a name of 65 signs', 'x'.repeat(65), 'read'],
    ['a name of two lines', 'a\nb', 'read'],
    ['a name with an escape', 'a\u001b[31m', 'read'],
    ['a name written backwards', 'a\u202eb', 'read'],
    ['a name with a sign of no width', 'a\u200bb', 'read'],
    ['half a sign as the name', 'a\ud800', 'read'],
    ['a number as the name', 7, 'read'],
    ['a list as the name', ['a'], 'read'],
    ['no scope', 'good', undefined],
    ['an unknown scope', 'good', 'root'],
    ['a scope that a route has, and no key', 'good', 'open'],
    ['a scope in capitals', 'good', 'READ'],
    ['a list of scopes', 'good', ['read']],
  ])('refuses %s', async (_what, name, scope) => {
    const before = await list();
    expectProblem(
      await sut.ask('POST', '/api/v1/keys', { body: { name, scope } }),
      'BAD_REQUEST',
      /name|scope/,
    );
    expect(await list()).toEqual(before);
  });

  it('lets nobody choose the key or its id', async () => {
    for (const field of ['key', 'id', 'hash', 'created_at'])
      expectProblem(
        await sut.ask('POST', '/api/v1/keys', { body: { name: 'chosen', scope: 'read', [field]: 'x' } }),
        'BAD_REQUEST',
        new RegExp(`${field} should not exist`),
      );
  });

  it('takes a name of 64 signs, and none of the spaces around it', async () => {
    expect((await made(`  ${'ż'.repeat(64)}\n`)).name).toBe('ż'.repeat(64));
  });

  it('refuses a name that is taken, also of two who ask at once', async () => {
    await made('taken');
    expectProblem(await make(' taken '), 'KEY_NAME_TAKEN', /"taken" already/);
    const both = await Promise.all([make('wanted'), make('wanted')]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it.each(['first admin key', PAGE_KEY])('refuses the name "%s", which is its own', async (name) => {
    expectProblem(await make(name, 'admin'), 'KEY_NAME_TAKEN', /Rdzen's own/);
  });

  it('does not revoke the first admin key, whoever asks', async () => {
    const first = readFileSync(join(sut.data, 'admin.key'), 'utf8').trim();
    for (const key of [first, sut.adminKey])
      expectProblem(await revoke(idOf(first), key), 'KEY_NOT_REVOCABLE', /remove admin\.key .* restart/);
    expect((await hears(first))[2]).toBe(200);
  });

  it("does not revoke the chat page's key", async () => {
    const key = await sut.app.get(ApiKeys).replace(PAGE_KEY, 'operate');
    expect(await named(PAGE_KEY)).toBe(idOf(key));
    expectProblem(await revoke(idOf(key)), 'KEY_NOT_REVOCABLE', /chat page/);
    expect((await hears(key))[0]).toBe(200);
  });

  it('does not revoke the key that the request itself uses; another one may', async () => {
    const { id, key } = await made('second admin', 'admin');
    expectProblem(await revoke(id, key), 'KEY_NOT_REVOCABLE', /request itself/);
    expect((await hears(key))[2]).toBe(200);
    expect((await revoke(id)).status).toBe(204);
  });

  it('has 100 keys at most, of which one has to go before there is another', async () => {
    for (let number = (await list()).length; number < 100; number++) await made(`number ${number}`);
    expectProblem(await make('one more'), 'TOO_MANY_KEYS', /100 at most/);
    expect(await list()).toHaveLength(100);
    await revoke(await named('number 99'));
    await made('one more');
  });
});
