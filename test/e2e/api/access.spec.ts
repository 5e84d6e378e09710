import type { OpenAPIObject } from '@nestjs/swagger';
import { openApi } from '../../../src/app.setup';
import { ApiKeys } from '../../../src/admin/api-keys.service';
import type { Access } from '../../../src/access/scope';
import { InProcessRdzen, type Reply } from './support/in-process-rdzen';
import { expectProblem } from './support/problem';

/** What each route asks for, written down once more: changing it means changing this. */
const ROUTES: Record<string, Access> = {
  'GET /status': 'open',
  'GET /health/live': 'open',
  'GET /health/ready': 'open',
  'GET /metrics': 'local',
  'POST /send': 'operate',
  'POST /switch_core': 'operate',
  'GET /api/v1/failover': 'read',
  'POST /api/v1/failover': 'operate',
  'GET /api/v1/failover/history': 'read',
  'GET /api/v1/failover/report': 'read',
  'POST /api/v1/failover/switchover': 'operate',
  'GET /api/v1/failover/operations': 'read',
  'GET /api/v1/failover/operations/{id}': 'read',
  'DELETE /api/v1/failover/operations/{id}': 'operate',
  'POST /api/v1/failover/pause': 'operate',
  'POST /api/v1/failover/resume': 'operate',
  'GET /api/v1/cores': 'read',
  'GET /api/v1/cores/{id}': 'read',
  'GET /api/v1/cores/{id}/history': 'read',
  'POST /api/v1/cores/{id}/maintenance': 'operate',
  'DELETE /api/v1/cores/{id}/maintenance': 'operate',
  'POST /api/v1/cores/{id}/drain': 'operate',
  'DELETE /api/v1/cores/{id}/drain': 'operate',
  'POST /api/v1/cores/{id}/stop': 'operate',
  'POST /api/v1/cores/{id}/start': 'operate',
  'POST /api/v1/cores/{id}/kill': 'operate',
  'POST /api/v1/cores/{id}/repair': 'operate',
  'GET /api/v1/cores/{id}/repairs': 'read',
  'GET /api/v1/services': 'read',
  'POST /api/v1/services/{name}/restart': 'operate',
  'GET /api/v1/catalogue': 'read',
  'GET /api/v1/catalogue/sources': 'read',
  'POST /api/v1/catalogue/sources/reload': 'operate',
  'GET /api/v1/catalogue/{name}': 'read',
  'GET /api/v1/components/{name}/config': 'admin',
  'PUT /api/v1/components/{name}/config': 'admin',
  'POST /api/v1/trials': 'operate',
  'GET /api/v1/trials': 'read',
  'GET /api/v1/trials/{id}': 'read',
  'DELETE /api/v1/trials/{id}': 'operate',
  'GET /api/v1/trials/{id}/report': 'read',
  'GET /api/v1/trials/{id}/compare': 'read',
  'GET /api/v1/trials/{id}/page': 'local',
  'GET /api/v1/trials/{id}/events': 'read',
  'GET /api/v1/components': 'read',
  'POST /api/v1/components': 'operate',
  'GET /api/v1/components/{name}': 'read',
  'DELETE /api/v1/components/{name}': 'operate',
  'POST /api/v1/components/{name}/promote': 'operate',
  'POST /api/v1/components/{name}/rollback': 'operate',
  'GET /api/v1/events': 'read',
  'GET /api/v1/approvals': 'read',
  'POST /api/v1/approvals/{code}/approve': 'admin',
  'POST /api/v1/approvals/{code}/reject': 'admin',
  'GET /api/v1/keys': 'admin',
  'POST /api/v1/keys': 'admin',
  'DELETE /api/v1/keys/{id}': 'admin',
  'GET /api/v1/messages': 'read',
  'POST /api/v1/messages/{id}/requeue': 'operate',
  'POST /api/v1/messages/{id}/discard': 'operate',
};
const BODIES: Record<string, object> = {
  'POST /send': { room_id: '#general', text: 'Hello' },
  'POST /switch_core': { core_id: 1 },
  'POST /api/v1/failover': { to: 1, force: true },
  'POST /api/v1/failover/switchover': { from: 1, to: 2, dry_run: true },
  'POST /api/v1/failover/pause': { ttl: '1m' },
  'POST /api/v1/failover/resume': {},
  'POST /api/v1/cores/{id}/maintenance': { ttl: '1m' },
  'POST /api/v1/trials': { component: 'no-such-component' },
  'POST /api/v1/components': { component: 'no-such-component' },
  'PUT /api/v1/components/{name}/config': { values: { KEY: 'value' } },
  'POST /api/v1/approvals/{code}/reject': { reason: 'no' },
  'POST /api/v1/keys': { name: 'made by whoever may', scope: 'read' },
};
/** A stream that does not end by itself is asked for what there is not. */
const QUERIES: Record<string, string> = { 'GET /api/v1/events': '?about=nothing' };
/** What somebody hears who is let in: 200, or 404 of what does not exist, unless it is this. */
const HEARS: Record<string, number[]> = {
  // To the active one already, which is refused for another reason than the key.
  'POST /api/v1/failover': [409],
  // The second one finds no pause any more.
  'POST /api/v1/failover/resume': [200, 409],
  // No container is named here.
  'POST /api/v1/services/{name}/restart': [404],
  'GET /api/v1/catalogue/{name}': [404],
  // The catalogue has no such component.
  'POST /api/v1/trials': [404],
  'POST /api/v1/components': [404],
  'GET /api/v1/components/{name}': [404],
  'DELETE /api/v1/components/{name}': [404],
  'GET /api/v1/components/{name}/config': [404],
  'PUT /api/v1/components/{name}/config': [404],
  'POST /api/v1/components/{name}/promote': [404],
  'POST /api/v1/components/{name}/rollback': [404],
  'POST /api/v1/approvals/{code}/approve': [404],
  'POST /api/v1/approvals/{code}/reject': [404],
  'GET /api/v1/events': [400],
  'POST /api/v1/keys': [201],
  // With nothing to compare with.
  'GET /api/v1/trials/{id}/compare': [400],
};
/** Not in the document: pages about it, open to this machine. */
const PAGES = /^\/docs(-json)?(\/|$)/;

type Credential = 'none' | 'garbage' | 'unknown' | 'revoked' | 'read' | 'operate' | 'admin';
const CREDENTIALS: Credential[] = ['none', 'garbage', 'unknown', 'revoked', 'read', 'operate', 'admin'];
const MAY: Record<Access, Credential[]> = {
  open: CREDENTIALS,
  // These calls come from elsewhere.
  local: ['read', 'operate', 'admin'],
  read: ['read', 'operate', 'admin'],
  operate: ['operate', 'admin'],
  admin: ['admin'],
};

describe('who may do what', () => {
  let sut: InProcessRdzen;
  let document: OpenAPIObject;
  let keys: Record<Credential, string>;
  let address = 0;

  beforeAll(async () => {
    sut = await InProcessRdzen.ready();
    document = openApi(sut.app);
    const revoked = await sut.key('admin');
    await sut.app.get(ApiKeys).revoke(revoked.slice(4, 12), 'api:nobody');
    keys = {
      none: '',
      garbage: 'letmein',
      unknown: `rdz_${'a'.repeat(8)}.${'b'.repeat(43)}`,
      revoked,
      read: await sut.key('read'),
      operate: await sut.key('operate'),
      admin: sut.adminKey,
    };
  });
  afterAll(() => sut?.stop());

  const documented = (): string[] =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
  /** From an address of its own each time, so that wrong keys do not add up. */
  const call = (route: string, key: string): Promise<Reply> => {
    const [method, path = ''] = route.split(' ');
    return sut.ask(
      method as 'GET' | 'POST' | 'DELETE',
      path.replace('{id}', path.includes('cores') ? '99' : 'nosuchmessage').replace('{name}', 'nosuchname') +
        (QUERIES[route] ?? ''),
      {
        key,
        body: BODIES[route],
        from: `198.51.100.${(address++ % 250) + 1}`,
      },
    );
  };

  it('covers every documented route', () => {
    expect(documented().sort()).toEqual(Object.keys(ROUTES).sort());
  });

  it('has no route that is not documented, but for the pages of the document itself', () => {
    const tree = sut.app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false });
    const served = routesOf(tree).filter((route) => !/^(HEAD|OPTIONS) /.test(route));
    expect(served).toEqual(expect.arrayContaining(documented()));
    const strange = served.filter((route) => !PAGES.test(route.split(' ')[1] ?? '') && !(route in ROUTES));
    expect(strange).toEqual([]);
  });

  it('tells in the document what each route asks for', () => {
    for (const [route, access] of Object.entries(ROUTES)) {
      const [method = '', path = ''] = route.split(' ');
      const operation = (document.paths[path] as Record<string, Record<string, unknown>>)[
        method.toLowerCase()
      ];
      expect({ route, access: operation?.['x-rdzen-access'] }).toEqual({ route, access });
      expect({ route, security: operation?.security ?? [] }).toEqual({
        route,
        security: access === 'open' ? [] : [{ bearer: [] }],
      });
    }
  });

  describe.each(Object.entries(ROUTES))('%s (%s)', (route, access) => {
    it.each(CREDENTIALS)('with the credential: %s', async (credential) => {
      const before = await sut.standing();
      const reply = await call(route, keys[credential]);
      if (MAY[access].includes(credential)) {
        const good = HEARS[route] ?? (route.includes('{id}') ? [404] : [200]);
        expect({ route, credential, good, let_in: good.includes(reply.status) }).toEqual({
          ...{ route, credential, good },
          let_in: true,
        });
        return;
      }
      const known = credential === 'read' || credential === 'operate';
      expectProblem(reply, known ? 'FORBIDDEN' : 'UNAUTHENTICATED');
      // A browser asks people for a key where a page is for them.
      if (!known)
        expect(reply.headers['www-authenticate']).toMatch(
          access === 'local' ? /^Basic .*, Bearer$/ : /^Bearer$/,
        );
      expect(await sut.standing()).toEqual(before);
    });
  });

  it.each(['Basic YWRtaW46YWRtaW4=', 'Bearer', 'Bearer a b', 'bearer'])(
    'takes "%s" for no key',
    async (authorization) => {
      const reply = await sut.ask('GET', '/api/v1/messages', {
        key: '',
        headers: { authorization },
        from: '192.0.2.77',
      });
      expectProblem(reply, 'UNAUTHENTICATED');
    },
  );

  it('takes no key from the query or a cookie', async () => {
    const reply = await sut.ask('GET', '/api/v1/messages', {
      key: '',
      headers: { cookie: `key=${sut.adminKey}` },
    });
    expectProblem(reply, 'UNAUTHENTICATED');
    expectProblem(
      await sut.ask('GET', `/api/v1/messages?key=${sut.adminKey}`, { key: '' }),
      'UNAUTHENTICATED',
    );
  });

  it('does not tell a stranger what is wrong with the body', async () => {
    const reply = await sut.ask('POST', '/send', { key: '', body: { wrong: 1 }, from: '192.0.2.78' });
    expectProblem(reply, 'UNAUTHENTICATED');
  });

  describe('ten wrong keys within a minute', () => {
    const from = '192.0.2.1';
    const guess = (key: string) => sut.ask('GET', '/api/v1/messages', { key, from });

    it('lock the address out, right keys included, and no other address', async () => {
      for (let tries = 0; tries < 10; tries++) {
        expectProblem(await guess(`rdz_${'a'.repeat(8)}.${'b'.repeat(42)}${tries}`), 'UNAUTHENTICATED');
      }
      const locked = await guess('another');
      expectProblem(locked, 'RATE_LIMITED', /Wait a minute/);
      expect(locked.headers['retry-after']).toBe('60');
      expectProblem(await guess(sut.adminKey), 'RATE_LIMITED');
      expect((await sut.ask('GET', '/api/v1/messages', { from: '192.0.2.2' })).status).toBe(200);
      expect((await sut.ask('GET', '/status', { key: '', from })).status).toBe(200);
    });
  });
});

/** `METHOD /whole/path` of every line of Fastify's tree, in which each line holds only what its branch adds. */
function routesOf(tree: string): string[] {
  const branch: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', part = '', methods = ''] =
      /^([\s│├└─]*)(.*?)(?: \(([A-Z, ]+)\))?$/u.exec(line) ?? [];
    branch.splice(indent.length / 4 - 1, Infinity, part);
    const path = branch.join('').replace(/:(\w+)/g, '{$1}');
    return methods ? methods.split(', ').map((method) => `${method} ${path}`) : [];
  });
}
