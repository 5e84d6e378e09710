import { networkInterfaces } from 'node:os';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { ComponentContainer } from '../../../src/containers/component-containers';
import { DockerComponentContainers } from '../../../src/containers/docker/docker-component-containers';
import type { ComponentNetwork, EgressDenial } from '../../../src/containers/component-networks';
import { startGuardRig } from '../guard/support/guard-rig';
import { networkStage, type NetworkStage, type Probe } from './support/network-stage';

const PURPOSE = { word: 'test', labels: {}, lifetimeMs: 300_000 };

describe('networks of components', () => {
  let stage: NetworkStage;
  let network: ComponentNetwork;
  let probe: Probe;
  let api: Server;
  beforeAll(async () => {
    stage = await networkStage();
    // As our API, a registry or a core that listens on every address of the machine.
    api = createServer((socket) => socket.end('in reach')).listen(0, '0.0.0.0');
  }, 120_000);
  afterAll(async () => {
    api.close();
    await stage.close();
  }, 60_000);

  describe('without egress', () => {
    beforeAll(async () => {
      network = await stage.networks.open(PURPOSE);
      probe = await stage.probe(network.id);
    }, 60_000);
    afterAll(async () => {
      await probe.container.remove();
      await network.close();
    }, 60_000);

    it('no address of the machine is in reach, whatever listens there', async () => {
      const { port } = api.address() as AddressInfo;
      const told = (await stage.direct.getNetwork(network.id).inspect()) as {
        IPAM: { Config: { Subnet: string; Gateway?: string }[] };
      };
      const [{ Subnet = '', Gateway = '' } = {}] = told.IPAM.Config as {
        Subnet?: string;
        Gateway?: string;
      }[];
      const first = Subnet.replace(/\.\d+\/\d+$/, '.1');
      const own = Object.values(networkInterfaces())
        .flatMap((all = []) => all)
        .filter(({ family, internal }) => family === 'IPv4' && !internal)
        .map(({ address }) => address);
      expect(own).not.toContain(first);
      const targets: [string, number][] = [
        [Gateway || first, port],
        ...own.map((address): [string, number] => [address, port]),
        ['172.17.0.1', 2375],
        ['169.254.169.254', 80],
        [stage.outerGateway, port],
        [stage.serverAddress, 8080],
        ['10.255.255.53', 53],
        ['1.1.1.1', 443],
      ];
      const found = await Promise.all(
        targets.map(async ([host, to]) => [host, await probe.ask<string>('dial', host, to)]),
      );
      expect(found.filter(([, how]) => how === 'connected')).toEqual([]);
    }, 60_000);

    it("its own loopback is nobody else's", async () => {
      const { port } = api.address() as AddressInfo;
      expect(await probe.ask('dial', '127.0.0.1', port)).toBe('ECONNREFUSED');
    }, 30_000);

    it('no name is looked up beyond its own network', async () => {
      const found = await Promise.all(
        ['example.org', 'allowed.test', 'host.docker.internal', 'registry', 'core1'].map((name) =>
          probe.ask<string>('look', name),
        ),
      );
      for (const told of found) expect(told).toMatch(/^(EAI_AGAIN|ENOTFOUND)$/);
      expect(await probe.ask('look', 'probe')).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    }, 60_000);

    it('one that uses two services reaches each on its network, and those do not reach each other', async () => {
      const second = await stage.networks.open(PURPOSE);
      const other = await stage.probe(second.id);
      const user = await stage.probe(network.id, {}, [second.id]);
      try {
        await probe.ask('serve', 8080);
        await other.ask('serve', 8080);
        for (const { container } of [probe, other])
          expect(await user.ask('dial', container.name, 8080)).toBe('connected');
        expect(await probe.ask('look', other.container.name)).toMatch(/^(EAI_AGAIN|ENOTFOUND)$/);
      } finally {
        await user.container.remove();
        await other.container.remove();
        await second.close();
      }
    }, 60_000);

    it('is internal, labelled, and has one component on it', async () => {
      expect(await stage.direct.getNetwork(network.id).inspect()).toMatchObject({
        Internal: true,
        EnableIPv6: false,
        Labels: { 'rdzen.managed': 'true', 'rdzen.owner': stage.maker.owner },
      });
    }, 30_000);
  });

  describe('with egress', () => {
    const denials: EgressDenial[] = [];
    let denied: () => number;
    beforeAll(async () => {
      network = await stage.networks.open(PURPOSE);
      const egress = await network.allow(['allowed.test:8080', '127.0.0.1:80', 'gateway.test:80']);
      egress.onDenied = (denial) => denials.push(denial);
      denied = () => egress.denied;
      probe = await stage.probe(network.id, egress.env);
    }, 60_000);
    afterAll(async () => {
      await probe.container.remove();
      await network.close();
    }, 60_000);

    it('a host it was approved with is reached, by request and by tunnel', async () => {
      expect(await probe.ask('get', 'http://allowed.test:8080/x')).toEqual([
        200,
        'outer allowed.test:8080/x',
      ]);
      expect(await probe.ask('tunnel', 'allowed.test:8080')).toEqual([200, 'outer inner/through']);
      expect(denials).toEqual([]);
    }, 30_000);

    it.each([
      ['another name of the same server', 'other.test:8080', 'not-listed'],
      ['another port of the same host', 'allowed.test:8081', 'not-listed'],
      ['its address', 'ADDRESS:8080', 'not-listed'],
      ['the metadata address', '169.254.169.254:80', 'not-listed'],
      ['loopback, though somebody approved it', '127.0.0.1:80', 'private-address'],
    ])(
      '%s is denied and told',
      async (_, wanted, reason) => {
        const target = wanted.replace('ADDRESS', stage.serverAddress);
        const before = denials.length;
        expect(await probe.ask('tunnel', target)).toEqual([403, '']);
        expect(await probe.ask('get', `http://${target}/`)).toEqual([
          403,
          expect.stringMatching(/^Denied: /),
        ]);
        // Its lines come over another connection than its answers.
        for (let n = 0; n < 100 && denials.length < before + 2; n++)
          await new Promise((resolve) => setTimeout(resolve, 50));
        expect(denials.slice(before)).toMatchObject([
          { target, reason },
          { target, reason },
        ]);
      },
      30_000,
    );

    it('there is no way but the proxy', async () => {
      expect(await probe.ask('dial', stage.serverAddress, 8080)).not.toBe('connected');
      expect(await probe.ask('look', 'allowed.test')).toMatch(/^(EAI_AGAIN|ENOTFOUND)$/);
      const { port } = api.address() as AddressInfo;
      expect(await probe.ask('dial', stage.outerGateway, port)).not.toBe('connected');
    }, 30_000);

    it('hundreds of denials are counted, and not all of them told', async () => {
      const before = [denied(), denials.length];
      expect(await probe.ask('flood', 'nowhere.test:443', 300)).toBe(300);
      for (let n = 0; n < 100 && denied() - (before[0] ?? 0) < 200; n++)
        await new Promise((resolve) => setTimeout(resolve, 100));
      expect(denied() - (before[0] ?? 0)).toBeGreaterThanOrEqual(200);
      expect(denials.length - (before[1] ?? 0)).toBeLessThan(200);
    }, 60_000);

    it('nobody else on the network with the way out uses it', async () => {
      const filters = JSON.stringify({ label: ['rdzen.helper=egress', `rdzen.owner=${stage.maker.owner}`] });
      const [proxy] = await stage.direct.listContainers({ filters });
      const outer = Object.entries(proxy?.NetworkSettings.Networks ?? {}).find(([name]) =>
        name.startsWith('nettest-'),
      );
      const script = `require('node:http').get({ host: '${outer?.[1].IPAddress}', port: 3128, path: 'http://allowed.test:8080/' },
        ({ statusCode }) => console.log('answered', statusCode)).on('error', ({ code }) => console.log('failed', code))`;
      const exec = await stage.direct.getContainer(`nettest-server-${stage.run}`).exec({
        Cmd: ['node', '-e', script],
        AttachStdout: true,
        AttachStderr: true,
      });
      let text = '';
      for await (const chunk of await exec.start({})) text += String(chunk);
      expect(text).toContain('failed ECONNRESET');
    }, 30_000);
  });

  it('an empty list lets nothing out', async () => {
    const empty = await stage.networks.open(PURPOSE);
    const egress = await empty.allow([]);
    const other = await stage.probe(empty.id, egress.env);
    expect(await other.ask('tunnel', 'allowed.test:8080')).toEqual([403, '']);
    expect(await other.ask('get', 'http://allowed.test:8080/')).toEqual([403, expect.any(String)]);
    expect(egress.denials.map(({ target }) => target)).toEqual(['allowed.test:8080', 'allowed.test:8080']);
    await other.container.remove();
    await empty.close();
  }, 60_000);

  describe('a door', () => {
    beforeAll(async () => {
      network = await stage.networks.open(PURPOSE);
      probe = await stage.probe(network.id);
      await probe.ask('serve', 8080);
    }, 60_000);
    afterAll(async () => {
      await probe.container.remove();
      await network.close();
    }, 60_000);

    it('leads to the port of a component, for many at once, and back to nobody', async () => {
      const door = await stage.door.open(probe.container, 8080);
      try {
        const post = (body: string): Promise<string> =>
          fetch(`http://${door.host}:${door.port}/x`, { method: 'POST', body }).then((answer) =>
            answer.text(),
          );
        const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => post('x'.repeat(n * 1_000))));
        expect(answers.map((text) => /^served POST (\d+)/.exec(text)?.[1])).toEqual(
          Array.from({ length: 40 }, (_, n) => String(n * 1_000)),
        );
        const large = await fetch(`http://${door.host}:${door.port}/large`).then((answer) =>
          answer.arrayBuffer(),
        );
        expect(large.byteLength).toBe(8 * 2 ** 20);
        // The gate is all it sees, and nothing listens there.
        const [, gate = ''] = /from (?:::ffff:)?([\d.]+)/.exec(answers[0] ?? '') ?? [];
        for (const port of [80, 3128, 5000, 8080])
          expect(await probe.ask('dial', gate, port)).toBe('ECONNREFUSED');
      } finally {
        await door.close();
      }
      await expect(fetch(`http://${door.host}:${door.port}/`)).rejects.toThrow();
    }, 60_000);

    it('a port at which nobody listens breaks off, and the door stays open', async () => {
      const door = await stage.door.open(probe.container, 9999);
      await expect(fetch(`http://${door.host}:${door.port}/`)).rejects.toThrow();
      await expect(fetch(`http://${door.host}:${door.port}/`)).rejects.toThrow();
      await door.close();
    }, 60_000);
  });

  it('all of it goes through the docker-guard', async () => {
    const guarded = await networkStage({ guard: startGuardRig });
    const own = await guarded.networks.open(PURPOSE);
    const egress = await own.allow(['allowed.test:8080']);
    const inside = await guarded.probe(own.id, egress.env);
    expect(await inside.ask('tunnel', 'allowed.test:8080')).toEqual([200, 'outer inner/through']);
    expect(await inside.ask('tunnel', 'other.test:8080')).toEqual([403, '']);
    await inside.ask('serve', 8080);
    const door = await guarded.door.open(inside.container, 8080);
    const answer = await fetch(`http://${door.host}:${door.port}/`, { method: 'POST', body: 'abc' });
    expect(await answer.text()).toContain('served POST 3');
    await door.close();
    await inside.container.remove();
    await own.close();
    expect(guarded.guard?.refused).toEqual([]);
    expect(await guarded.left()).toEqual({ containers: [], networks: [] });
    await guarded.close();
  }, 90_000);

  it('without an image for our containers it says what to set', async () => {
    const without = await networkStage({ image: 'rdzen-nowhere:0' });
    const alone = await without.networks.open(PURPOSE);
    expect(await without.networks.ready()).toBe(false);
    await expect(alone.allow([])).rejects.toMatchObject({
      code: 'HELPER_IMAGE_MISSING',
      message: expect.stringContaining('RDZEN_HELPER_IMAGE') as string,
    });
    await alone.close();
    await without.close();
  }, 60_000);

  it('a door into what does not run fails', async () => {
    const gone = { id: 'f'.repeat(64), name: 'gone' } as ComponentContainer;
    await expect(stage.door.open(gone, 80)).rejects.toMatchObject({ code: 'HELPER_FAILED' });
  }, 30_000);

  it('an image that is no Rdzen fails, and says so', async () => {
    const other = await networkStage({ image: 'rdzen-guard-test/shell:1' });
    const alone = await other.networks.open(PURPOSE);
    await expect(alone.allow([])).rejects.toMatchObject({
      code: expect.stringMatching(/^(HELPER|ENGINE)_FAILED|ENGINE_REFUSED/) as string,
    });
    await alone.close();
    await other.close();
  }, 60_000);

  it('nothing is left, and what a crash leaves is swept', async () => {
    expect(await stage.left()).toEqual({ containers: [], networks: [] });
    const lost = await stage.networks.open(PURPOSE);
    await lost.allow([]);
    const next = new DockerComponentContainers(stage.client, { ...stage.maker, run: 'next' }, stage.clock);
    expect(await next.sweep()).toBeGreaterThanOrEqual(2);
    expect(await stage.left()).toEqual({ containers: [], networks: [] });
  }, 60_000);
});
