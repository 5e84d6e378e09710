import { finished } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../faults/process-engine/support/processes';
import type { PortsUnderTest } from './docker-ports';

const FLOOD_BYTES = 64 << 20;
const FLOOD = `head -c ${FLOOD_BYTES} /dev/zero; echo flooded >&2`;

/** What attachments, images, networks and volumes do, over the fake and over Docker. */
export function describeDockerPorts(name: string, make: () => Promise<PortsUnderTest>): void {
  describe(`${name}: what is beside the containers`, () => {
    let under: PortsUnderTest;
    let count = 0;
    let one: string;

    beforeEach(async () => {
      under = await make();
      one = `ports-${process.pid}-${++count}`;
    });
    afterEach(() => under.close());

    it('talks to a program over its standard streams, and half-closes', async () => {
      await under.shells.make(one, 'echo ready >&2; cat; echo over');
      const { stdin, stdout, stderr } = await under.attachments.attach(one);
      const [out, err] = [textOf(stdout), textOf(stderr)];
      await under.shells.start(one);
      stdin.write('one\n');
      await eventually('it is echoed', () => out.text.includes('one\n'));
      stdin.end('two\n');
      await Promise.all([finished(stdout), finished(stderr)]);
      expect(out.text).toBe('one\ntwo\nover\n');
      expect(err.text).toBe('ready\n');
    });

    it('a flood that nobody reads waits in the container, whole', async () => {
      await under.shells.make(one, FLOOD);
      const { stdout, stderr } = await under.attachments.attach(one);
      const before = process.memoryUsage();
      await under.shells.start(one);
      const err = textOf(stderr);
      await sleep(700);
      const after = process.memoryUsage();
      expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(8 << 20);
      expect(stdout.readableLength).toBeLessThanOrEqual(256 << 10);
      expect(err.text).toBe('');
      let bytes = 0;
      stdout.on('data', (chunk: Buffer) => (bytes += chunk.length));
      await finished(stdout);
      expect(bytes).toBe(FLOOD_BYTES);
      await eventually('it says so', () => err.text === 'flooded\n');
    });

    it('closing an attachment leaves the container alone', async () => {
      await under.shells.make(one, 'echo a; sleep 0.3; echo b; sleep 30');
      const first = await under.attachments.attach(one);
      await under.shells.start(one);
      await eventually('it talks', () => first.stdout.readableLength > 0);
      first.close();
      const second = await under.attachments.attach(one);
      const out = textOf(second.stdout);
      second.stderr.resume();
      await eventually('it talks on', () => out.text === 'b\n');
      second.close();
    });

    it('names the container that it cannot attach to', async () => {
      const failure = under.attachments.attach('nobody-here');
      await expect(failure).rejects.toMatchObject({ code: 'ENGINE_OBJECT_NOT_FOUND' });
      await expect(failure).rejects.toThrow('attach to container nobody-here');
    });

    it('makes labelled networks, puts containers on them and takes them off', async () => {
      const { networks, shells } = under;
      const id = await networks.create({ name: one, internal: true, labels: { 'rdzen.test': one } });
      await expect(networks.create({ name: one, internal: true })).rejects.toThrow('already exists');
      expect(await networks.list(`rdzen.test=${one}`)).toEqual([
        {
          id,
          name: one,
          internal: true,
          labels: expect.objectContaining({ 'rdzen.managed': 'true', 'rdzen.test': one }),
        },
      ]);
      await shells.make(one, 'sleep 30');
      await shells.start(one);
      await networks.connect(one, one, ['brain']);
      await networks.connect(one, one, ['brain']);
      expect(await shells.networks(one)).toContain(one);
      await expect(networks.remove(one)).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
      await networks.disconnect(one, one);
      await networks.disconnect(one, one);
      expect(await shells.networks(one)).not.toContain(one);
      await networks.remove(one);
      await networks.remove(one);
      await networks.disconnect(one, one);
      expect(await networks.list(`rdzen.test=${one}`)).toEqual([]);
      await expect(networks.connect(one, one)).rejects.toMatchObject({ code: 'ENGINE_OBJECT_NOT_FOUND' });
    });

    it('makes labelled volumes, and removes those that nobody has', async () => {
      const { volumes, shells } = under;
      await volumes.create({ name: one, labels: { 'rdzen.test': one } });
      await volumes.create({ name: one });
      expect(await volumes.list(`rdzen.test=${one}`)).toEqual([
        { name: one, labels: expect.objectContaining({ 'rdzen.managed': 'true', 'rdzen.owner': 'ports' }) },
      ]);
      await volumes.create({ name: `${one}-used`, labels: { 'rdzen.test': one } });
      await shells.make(one, 'sleep 30', [`${one}-used:/data`]);
      await expect(volumes.remove(`${one}-used`)).rejects.toThrow('volume is in use');
      await volumes.remove(one);
      await volumes.remove(one);
      expect((await volumes.list(`rdzen.test=${one}`)).map((volume) => volume.name)).toEqual([`${one}-used`]);
    });

    it('knows the images that are there, and not those that are not', async () => {
      const { images, image } = under;
      const found = await images.inspect(image);
      expect(found).toMatchObject({ id: expect.stringMatching(/^sha256:/), references: [image] });
      expect(found!.bytes).toBeGreaterThan(0);
      expect(await images.inspect('nobody/none:1')).toBeUndefined();
      await expect(images.remove('nobody/none:1')).resolves.toBeUndefined();
      expect(await images.list('rdzen.test=nobody')).toEqual([]);
    });
  });
}

function textOf(output: Readable): { text: string } {
  const read = { text: '' };
  output.setEncoding('utf8').on('data', (chunk: string) => (read.text += chunk));
  return read;
}
