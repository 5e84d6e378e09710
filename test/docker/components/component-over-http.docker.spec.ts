import { PUBLISHER, type Manifest } from '../../../src/component-registry/manifest/manifest';
import { ComponentRuntime } from '../../../src/tools/component-runtime';
import { networkStage, type NetworkStage } from './support/network-stage';

/** MCP over HTTP alone: a tool that asks a host through the proxy it was given. */
const SERVER = `
  const http = require('node:http');
  const reach = (url) => new Promise((resolve) => {
    const { hostname, port } = new URL(process.env.HTTP_PROXY);
    http.get({ host: hostname, port, path: url }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => (text += chunk)).on('end', () => resolve(answer.statusCode + ' ' + text));
    }).on('error', ({ code }) => resolve(code));
  });
  const results = {
    initialize: () => ({ protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'web', version: '1' } }),
    'tools/list': () => ({ tools: [{ name: 'reach', inputSchema: { type: 'object' } }] }),
    'tools/call': async ({ arguments: { url } }) => ({ content: [{ type: 'text', text: await reach(url) }] }),
    ping: () => ({}),
  };
  http.createServer((request, response) => {
    if (request.method !== 'POST') return response.writeHead(405).end();
    let body = '';
    request.on('data', (chunk) => (body += chunk)).on('end', async () => {
      const { id, method, params } = JSON.parse(body);
      if (id === undefined) return response.writeHead(202).end();
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result: await results[method](params) }));
    });
  }).listen(8080);
  process.once('SIGTERM', () => process.exit(0));
`;

describe('a component that speaks HTTP only', () => {
  let stage: NetworkStage;
  let sut: ComponentRuntime;
  let image: string;
  beforeAll(async () => {
    stage = await networkStage();
    const { containers, clock, random, networks, door } = stage;
    sut = new ComponentRuntime(containers, clock, random, networks, door);
    image = (await stage.direct.getImage(process.env.RDZEN_RIG_IMAGE_BASE ?? '').inspect()).Id;
  }, 120_000);
  afterAll(() => stage.close(), 60_000);

  const manifest: Manifest = {
    name: 'io.github.rdzen-tests/web',
    description: 'Reaches a host.',
    version: '1.0.0',
    packages: [
      {
        registryType: 'oci',
        identifier: '127.0.0.1:5001/tests/web:1.0.0',
        transport: { type: 'streamable-http', url: 'http://127.0.0.1:8080/mcp' },
        packageArguments: ['node', '-e', SERVER].map((value) => ({ type: 'positional', value })),
      },
    ],
    _meta: {
      [PUBLISHER]: {
        rdzen: {
          schema: '1',
          kind: 'mcp-tool',
          permissions: { network: { egress: ['allowed.test:8080'] } },
        },
      },
    },
  };
  const purpose = { word: 't', labels: {}, lifetimeMs: 120_000 };

  it('is spoken to through the gate, and reaches what it was approved with', async () => {
    const running = await sut.start(manifest, image, { ...purpose, egress: 'approved' });
    const reach = async (url: string): Promise<string | undefined> =>
      (await running.session.call('reach', { url }, { withinMs: 10_000 })).content[0]?.text;
    expect((await running.session.tools(10_000)).map(({ name }) => name)).toEqual(['reach']);
    expect(await reach('http://allowed.test:8080/y')).toBe('200 outer allowed.test:8080/y');
    expect(await reach('http://other.test:8080/')).toMatch(/^403 Denied/);
    for (let n = 0; n < 100 && running.egress?.denied === 0; n++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(running.egress?.denials).toMatchObject([{ target: 'other.test:8080', reason: 'not-listed' }]);
    expect(running.egress?.refused).toMatchObject([{ target: 'other.test:8080', times: 1 }]);
    await running.close();
    expect(await stage.left()).toEqual({ containers: [], networks: [] });
  }, 90_000);

  it('reaches nothing in a trial', async () => {
    const running = await sut.start(manifest, image, purpose);
    const { content } = await running.session.call(
      'reach',
      { url: 'http://allowed.test:8080/' },
      { withinMs: 10_000 },
    );
    expect(content[0]?.text).toMatch(/^403 Denied/);
    await running.close();
    expect(await stage.left()).toEqual({ containers: [], networks: [] });
  }, 90_000);
});
