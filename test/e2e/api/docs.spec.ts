import { readFileSync } from 'node:fs';
import type { OpenAPIObject } from '@nestjs/swagger';
import { openApi } from '../../../src/app.setup';
import { ERROR_CODES } from '../../../src/shared/error-codes';
import { InProcessRdzen } from './support/in-process-rdzen';
import { expectProblem } from './support/problem';

const PAGES = ['/docs', '/docs-json', '/docs/swagger-ui-init.js', '/docs/swagger-ui.css'];

interface Operation {
  summary?: string;
  tags?: string[];
  responses: Record<string, { description: string; content?: Record<string, { schema: unknown }> }>;
  parameters?: { name: string; description?: string }[];
}

describe('the pages about the API', () => {
  let sut: InProcessRdzen;

  beforeAll(async () => {
    sut = await InProcessRdzen.launch();
  });
  afterAll(() => sut?.stop());

  describe.each(PAGES)('%s', (path) => {
    it.each(['127.0.0.1', '127.3.2.1', '::1', '::ffff:127.0.0.1'])('is open from %s', async (from) => {
      expect((await sut.ask('GET', path, { key: '', from })).status).toBe(200);
    });

    it.each([
      ['from another machine', '198.51.100.7', {}],
      ['passed on by a proxy', '127.0.0.1', { 'x-forwarded-for': '127.0.0.1' }],
      ['passed on by a proxy that says so the standard way', '127.0.0.1', { forwarded: 'for=127.0.0.1' }],
      ['passed on by a proxy that tells the real address', '127.0.0.1', { 'x-real-ip': '127.0.0.1' }],
      ['passed on by a proxy that tells its own name', '127.0.0.1', { via: '1.1 proxy' }],
    ])('asks for a key %s', async (_what, from, headers) => {
      expectProblem(await sut.ask('GET', path, { key: '', from, headers }), 'UNAUTHENTICATED');
      const read = await sut.key('read');
      expect((await sut.ask('GET', path, { key: read, from, headers })).status).toBe(200);
    });
  });

  it('takes a key as the password that a browser asks for, and does so nowhere else', async () => {
    const from = '198.51.100.8';
    const headers = {
      authorization: `Basic ${Buffer.from(`me:${await sut.key('read')}`).toString('base64')}`,
    };
    for (const path of [...PAGES, '/metrics'])
      expect((await sut.ask('GET', path, { key: '', from, headers })).status).toBe(200);
    expect((await sut.ask('GET', '/docs', { key: '', from })).headers['www-authenticate']).toMatch(
      /^Basic realm="Rdzen: any name, and an API key as the password", charset="UTF-8", Bearer$/,
    );
    for (const path of ['/api/v1/messages', '/api/v1/trials'])
      expectProblem(await sut.ask('GET', path, { key: '', from, headers }), 'UNAUTHENTICATED');
  });

  it.each([
    ['no base64', 'Basic ?!'],
    ['no colon', `Basic ${Buffer.from('me').toString('base64')}`],
    ['no password', `Basic ${Buffer.from('me:').toString('base64')}`],
    ['another password', `Basic ${Buffer.from('admin:admin').toString('base64')}`],
  ])('refuses credentials with %s', async (_what, authorization) => {
    const headers = { authorization };
    const reply = await sut.ask('GET', '/docs', { key: '', from: '198.51.100.9', headers });
    expectProblem(reply, 'UNAUTHENTICATED');
  });

  it.each(['/%64ocs', '/docs%2djson', '/docs/', '/docs/index.html', '/docs/../docs-json', '/docs-yaml'])(
    'shows a stranger nothing under %s',
    async (path) => {
      const reply = await sut.ask('GET', path, { key: '', from: '198.51.100.7' });
      expect([401, 404]).toContain(reply.status);
      expect(reply.text).not.toMatch(/openapi|swagger-ui/);
    },
  );

  it('serves the very document that is generated', async () => {
    const { text } = await sut.ask('GET', '/docs-json', { key: '' });
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(openApi(sut.app))));
  });
});

describe('docs/openapi.json', () => {
  const document = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as OpenAPIObject;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(
      ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
    ),
  );

  it.each(operations)('describes %s', (_route, operation) => {
    expect(operation.summary).toMatch(/^[A-Z].{10,}/);
    expect(operation.tags).toHaveLength(1);
    for (const { name, description } of operation.parameters ?? []) {
      expect({ name, description }).toEqual({ name, description: expect.stringMatching(/./) });
    }
    const [[status, success] = ['', undefined]] = Object.entries(operation.responses);
    expect(status).toMatch(/^2/);
    expect(success?.description).toMatch(/./);
    const kinds = Object.values(success?.content ?? {});
    if (status === '200') expect(kinds.map(({ schema }) => schema)).toEqual([expect.anything()]);
  });

  it.each(operations)('names the codes of the errors of %s', (_route, { responses }) => {
    for (const [status, { description, content }] of Object.entries(responses)) {
      if (Number(status) < 400 || content?.['application/json']) continue;
      expect(JSON.stringify(content?.['application/problem+json']?.schema)).toMatch(/ProblemDto/);
      for (const code of description.match(/[A-Z_]{4,}/g) ?? ['none']) {
        expect(Object.entries(ERROR_CODES)).toContainEqual([code, Number(status)]);
      }
    }
  });

  it('says of every field what it is', () => {
    for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
      const { properties = {} } = schema as { properties?: Record<string, { description?: string }> };
      for (const [field, { description }] of Object.entries(properties))
        expect({ field: `${name}.${field}`, description }).toEqual({
          field: `${name}.${field}`,
          description: expect.stringMatching(/./),
        });
    }
  });
});
