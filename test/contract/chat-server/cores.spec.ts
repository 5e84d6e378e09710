import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optionsFromEnvironment } from '../../../src/embedded/chat-server/chat-server-options';
import { calmStatus, FakeGateway, switchedStatus } from '../../browser/support/fake-gateway';
import type { RestClient } from './support/rest-client';
import { Workspace } from './support/workspace';

const KEY = 'the-admin-key-of-this-test';
const KILL = '/embedded/kill-active-core';

describe('the cores, asked about by the page', () => {
  let folder: string;
  let gateway: FakeGateway;
  let workspace: Workspace;
  let ola: RestClient;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rdzen-chat-'));
    const adminKeyFile = join(folder, 'admin.key');
    await writeFile(adminKeyFile, KEY);
    gateway = await FakeGateway.start();
    workspace = await Workspace.start({ adminKeyFile, gateway: { url: gateway.url, key: 'the-key' } });
    ola = await workspace.anonymous.enterAs('Ola');
  });
  afterEach(async () => {
    await workspace.stop();
    await gateway.close();
    await rm(folder, { recursive: true });
  });

  const cores = (client: RestClient, headers?: Record<string, string>) =>
    client.call('GET', '/embedded/cores', undefined, headers);
  const kill = (client: RestClient, headers?: Record<string, string>) =>
    client.call('POST', KILL, {}, headers);

  it('are told as the gateway tells them, without what the page does not need', async () => {
    gateway.status = {
      ...calmStatus(),
      secret: 'x',
      preparing: { step: 'model', detail: 'fetching', received_bytes: 5, total_bytes: 'many', extra: 1 },
      engine_problem: { cause: 'no network', remedy: 'connect' },
    };
    const { status, body } = await cores(ola);
    expect(status).toBe(200);
    expect(body).toMatchObject({ active_core: 1, mode: 'NORMAL', reachable: true, can_kill: true });
    expect(body['preparing']).toEqual({ step: 'model', detail: 'fetching', received_bytes: 5 });
    expect(body['engine_problem']).toEqual({ cause: 'no network', remedy: 'connect' });
    expect(body['cores']).toEqual(calmStatus().cores);
    expect(body).not.toHaveProperty('secret');
    expect(JSON.stringify(body)).not.toContain('the-key');
  });

  it('are told with what they are held in, as far as that is words', async () => {
    const [first, second] = calmStatus().cores;
    gateway.status = {
      ...calmStatus(),
      mode: 'PAUSED',
      cores: [
        { ...first, conditions: ['quarantined', 7, 'draining'] },
        { ...second, conditions: 'stopped' },
      ],
    };
    const { body } = await cores(ola);
    expect(body).toMatchObject({ mode: 'PAUSED', cores: [{ conditions: ['quarantined', 'draining'] }, {}] });
    expect((body['cores'] as object[])[1]).not.toHaveProperty('conditions');
  });

  it('are asked of the gateway once, however many pages look at the same moment', async () => {
    await Promise.all(Array.from({ length: 20 }, () => cores(ola)));
    expect(gateway.statusCalls).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 450));
    await cores(ola);
    expect(gateway.statusCalls).toBe(2);
  });

  it('are told to be out of reach when the gateway is', async () => {
    await gateway.close();
    expect((await cores(ola)).body).toMatchObject({ reachable: false, cores: [], can_kill: false });
    const refused = await kill(ola);
    expect(refused).toMatchObject({ status: 502, body: { errorType: 'gateway-unreachable' } });
    gateway = await FakeGateway.start();
  });

  it('are killed with the key, and the answer says who took over and when', async () => {
    gateway.onKill = () => setTimeout(() => (gateway.status = switchedStatus()), 60);
    const { status, body } = await kill(ola, { origin: workspace.url });
    expect(status).toBe(200);
    expect(body).toMatchObject({ core: 1, pid: 4711, took_over: 2 });
    expect(body['ms']).toBeGreaterThanOrEqual(50);
    expect(body['ms']).toBeLessThan(1000);
    expect(gateway.kills).toEqual([{ core: 1, key: 'Bearer the-key' }]);
    expect((await cores(ola)).body).toMatchObject({ active_core: 2 });
  });

  it('are killed by nobody who is not logged in, or comes from another origin', async () => {
    expect((await kill(workspace.anonymous)).status).toBe(401);
    expect((await kill(ola, { origin: 'http://elsewhere.example' })).status).toBe(403);
    expect((await cores(workspace.anonymous)).body).toMatchObject({ can_kill: false });
    expect(gateway.kills).toEqual([]);
  });

  it('are killed from another machine only by an administrator', async () => {
    const elsewhere = { 'x-forwarded-for': '192.0.2.7' };
    expect((await cores(ola, elsewhere)).body).toMatchObject({ can_kill: false });
    expect((await kill(ola, elsewhere)).body).toMatchObject({ errorType: 'not-allowed' });
    expect(gateway.kills).toEqual([]);
    await workspace.anonymous
      .call('POST', '/embedded/enter', { name: 'Ada', adminKey: KEY })
      .then(async ({ body }) => {
        const headers = {
          ...elsewhere,
          'x-auth-token': String(body['authToken']),
          'x-user-id': String(body['userId']),
        };
        gateway.onKill = () => (gateway.status = switchedStatus());
        expect((await cores(workspace.anonymous, headers)).body).toMatchObject({ can_kill: true });
        expect((await kill(workspace.anonymous, headers)).status).toBe(200);
      });
    expect(gateway.kills).toHaveLength(1);
  });

  it('are not killed where there is no process; the gateway’s own refusal is passed on', async () => {
    gateway.status = { ...calmStatus(), cores: [{ id: 1, role: 'active', kind: 'external' }] };
    expect(await kill(ola)).toMatchObject({ status: 409, body: { errorType: 'no-process' } });
    gateway.status = calmStatus();
    gateway.refusal = { status: 409, body: { title: 'Conflict', detail: 'It is gone already.' } };
    expect(await kill(ola)).toMatchObject({ status: 409, body: { error: 'It is gone already.' } });
  });

  it('do not exist without a gateway, which the page is told', async () => {
    const config = async (from: Workspace) => (await from.anonymous.call('GET', '/embedded/config')).body;
    expect(await config(workspace)).toMatchObject({
      cores: true,
      editing: true,
      deleteOwnRoles: ['admin', 'user'],
    });
    const alone = await Workspace.start();
    expect(await config(alone)).toMatchObject({ cores: false });
    expect((await alone.anonymous.call('GET', '/embedded/cores')).status).toBe(404);
    expect((await alone.anonymous.call('POST', KILL, {})).status).toBe(404);
    await alone.stop();
  });

  it('come from the gateway that the environment names', () => {
    const given = { BOT_PASSWORD: 'x', GATEWAY_URL: 'http://127.0.0.1:5000/', GATEWAY_KEY: 'k' };
    expect(optionsFromEnvironment(given).gateway).toEqual({ url: 'http://127.0.0.1:5000', key: 'k' });
    expect(optionsFromEnvironment({ BOT_PASSWORD: 'x' }).gateway).toBeUndefined();
    expect(() => optionsFromEnvironment({ ...given, GATEWAY_URL: 'ftp://x' })).toThrow(
      'GATEWAY_URL is "ftp://x"; it must begin with http:// or https://.',
    );
  });
});

describe('the page’s files', () => {
  it('hold nothing that could become HTML or script, and a library as its package brings it', async () => {
    const workspace = await Workspace.start();
    const page = await fetch(`${workspace.url}/`);
    const policy = page.headers.get('content-security-policy') ?? '';
    for (const part of ["script-src 'self'", "default-src 'none'", "require-trusted-types-for 'script'"]) {
      expect(policy).toContain(part);
    }
    expect(await page.text()).not.toMatch(/<script>|<style|style=|onclick|https?:\/\//);
    const library = await fetch(`${workspace.url}/vendor/marked.mjs`);
    expect(library.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(await library.text()).toContain('Lexer');
    await workspace.stop();
  });
});
