import { createConnection } from 'node:net';
import { InProcessRdzen, type Reply } from './support/in-process-rdzen';
import { expectProblem } from './support/problem';

/** Whatever comes over the wire, spoken raw. */
function raw(url: string, bytes: string): Promise<{ status: number; type: string; body: unknown }> {
  const { port } = new URL(url);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = createConnection(Number(port), '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('error', reject);
    socket.on('close', () => {
      const [head = '', body = ''] = text.split('\r\n\r\n');
      const status = Number(/^HTTP\/1.1 (\d+)/.exec(head)?.[1]);
      const type = /^content-type: (.*)$/im.exec(head)?.[1] ?? '';
      resolve({ status, type, body: body ? JSON.parse(body) : undefined });
    });
  });
}

describe('requests that make no sense', () => {
  let sut: InProcessRdzen;

  beforeAll(async () => {
    sut = await InProcessRdzen.ready();
  });
  afterAll(() => sut?.stop());

  /** A refused request must have changed nothing. */
  const withoutEffect = async (request: () => Promise<Reply>): Promise<Reply> => {
    const before = [await sut.status(), sut.chat.messages.size];
    const reply = await request();
    expect([await sut.status(), sut.chat.messages.size]).toEqual(before);
    return reply;
  };
  const GOOD: Record<string, object> = {
    '/send': { room_id: '#general', text: 'Hello' },
    '/switch_core': { core_id: 2 },
    '/api/v1/failover/switchover': { from: 1, to: 2 },
    '/api/v1/failover/pause': { ttl: '30m' },
    '/api/v1/cores/2/maintenance': { ttl: '30m' },
  };
  const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

  describe.each(Object.keys(GOOD))('POST %s', (path) => {
    const post = (body: unknown, headers: Record<string, string> = {}) =>
      withoutEffect(() => sut.ask('POST', path, { body, headers }));

    it('refuses an unknown field by its name', async () => {
      expectProblem(await post({ ...GOOD[path], forced: true }), 'BAD_REQUEST', /forced should not exist/);
    });

    it.each(['epoch', 'role', 'constructor', 'prototype'])('refuses the field %s', async (field) => {
      expectProblem(await post({ ...GOOD[path], [field]: { a: 1 } }), 'BAD_REQUEST');
    });

    it.each(['{"__proto__": {"core_id": 2}}', '{"a": {"constructor": {"prototype": {"b": 1}}}}'])(
      'refuses %s and lets nothing into the prototypes',
      async (body) => {
        const reply = await post(body);
        expect(['BAD_REQUEST', 'MALFORMED_JSON']).toContain(reply.body.code);
        expect(({} as Record<string, unknown>).core_id ?? ({} as Record<string, unknown>).b).toBeUndefined();
      },
    );

    it.each(['{"core_id": 2', 'core_id=2', '{core_id: 2}', '{"text":"\n"}', '\u0000', 'NaN'])(
      'calls %j no JSON',
      async (body) => {
        expectProblem(await post(body), 'MALFORMED_JSON', /no JSON/);
      },
    );

    it('calls an empty body no JSON', async () => {
      const reply = await withoutEffect(() =>
        sut.ask('POST', path, { headers: { 'content-type': 'application/json' } }),
      );
      expectProblem(reply, 'MALFORMED_JSON');
    });

    it.each([[[]], [[GOOD[path]]], ['"text"'], ['7'], ['null'], ['true'], [{}]])(
      'refuses %j in place of its object',
      async (body) => {
        expectProblem(await post(body), 'BAD_REQUEST');
      },
    );

    it('refuses a request without a body', async () => {
      expectProblem(await withoutEffect(() => sut.ask('POST', path)), 'BAD_REQUEST');
    });

    it.each([
      'text/plain',
      'application/xml',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded',
    ])('refuses the media type %s', async (type) => {
      expectProblem(
        await post(JSON.stringify(GOOD[path]), { 'content-type': type }),
        'UNSUPPORTED_MEDIA_TYPE',
      );
    });

    it('refuses a body over 256 KiB', async () => {
      expectProblem(await post({ ...GOOD[path], text: 'x'.repeat(300_000) }), 'BODY_TOO_LARGE', /256 KiB/);
    });

    it.each([25, 1_000, 40_000])('refuses JSON %d levels deep', async (levels) => {
      expectProblem(await post(deep(levels)), 'BAD_REQUEST', /20 levels/);
      expectProblem(await post(`{"room_id": ${deep(levels)}}`), 'BAD_REQUEST', /20 levels/);
    });

    it('refuses an object of ten thousand keys and an array as long', async () => {
      const keys = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, 1]));
      expectProblem(await post(keys), 'BAD_REQUEST', /1000 values/);
      expectProblem(
        await post({ text: Array.from({ length: 10_000 }, () => 1) }),
        'BAD_REQUEST',
        /1000 values/,
      );
    });
  });

  it.each([
    ['GET', '/nothing'],
    ['GET', '/send'],
    ['POST', '/status'],
    ['GET', '/api/v1'],
    ['POST', '/api/v1/messages/x'],
    ['GET', '/status/'],
    ['GET', '//status'],
    ['GET', '/%2e%2e/admin.key'],
    ['GET', '/../admin.key'],
    ['GET', '/docs-yaml'],
  ] as const)('has no %s %s', async (method, path) => {
    expectProblem(await sut.ask(method, path), 'NOT_FOUND', /There is no/);
  });

  it.each(['/%E0%A4%A', '/api/v1/messages/%zz/requeue', `/api/v1/messages/${'x'.repeat(300)}/requeue`])(
    'refuses the address %s',
    async (path) => {
      expectProblem(await sut.ask('POST', path), 'BAD_REQUEST', /address cannot be read/);
    },
  );

  it.each([
    ['what is no HTTP', 'HELLO\r\n\r\n', /no valid HTTP/],
    ['endless headers', `GET /status HTTP/1.1\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, /headers are larger/],
    ['an unknown method', 'BREW /status HTTP/1.1\r\nhost: x\r\n\r\n', /no valid HTTP/],
  ])('refuses %s in the same shape and hangs up', async (_what, bytes, detail) => {
    expect(await raw(sut.url, bytes)).toMatchObject({
      status: 400,
      type: 'application/problem+json; charset=utf-8',
      body: { code: 'BAD_REQUEST', detail: expect.stringMatching(detail) },
    });
  });
});
