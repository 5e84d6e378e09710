import type {
  ContainerEngine,
  ContainerEvent,
  ContainerInfo,
} from '../../../src/containers/container-engine';
import { eventually, lives } from '../../faults/process-engine/support/processes';

/** A shell script; the engine under test runs it as `sh -c`. */
export const SCRIPTS = {
  /** Says hello, and runs until it is asked to end. */
  steady: 'trap "exit 0" TERM; echo hello; echo oops >&2; while :; do sleep 0.05; done',
  /** Does not hear that it is asked to end. */
  stubborn: 'trap "" TERM; echo hello; while :; do sleep 0.05; done',
  /** Ends by itself with an error. */
  failing: 'echo going; sleep 0.1; exit 3',
};

export interface EngineUnderTest {
  engine: ContainerEngine;
  image: string;
  /** What stands before `-c` in its arguments; nothing where the image is a shell itself. */
  shell?: string[];
  close(): Promise<void>;
}

/** What every container engine does alike. Each spec runs over processes, Docker and the fake. */
export function describeContainerEngine(name: string, make: () => Promise<EngineUnderTest>): void {
  describe(`${name} as a container engine`, () => {
    let under: EngineUnderTest;
    let events: ContainerEvent[];
    let count = 0;
    let one: string;

    beforeEach(async () => {
      under = await make();
      events = [];
      under.engine.onEvent((event) => events.push(event));
      one = `contract-${process.pid}-${++count}`;
    });
    afterEach(() => under.close());

    const start = (
      script: keyof typeof SCRIPTS,
      restart: 'always' | 'no' = 'no',
      name = one,
    ): Promise<ContainerInfo> =>
      under.engine.start({
        name,
        image: under.image,
        args: [...(under.shell ?? []), '-c', SCRIPTS[script]],
        env: { COLOUR: 'red' },
        labels: { 'rdzen.role': 'test' },
        restart,
      });
    const told = (type: ContainerEvent['type'], times = 1): Promise<ContainerEvent> =>
      eventually(`${times} x ${type}`, () => {
        const found = events.filter((event) => event.type === type && event.name === one);
        return found.length >= times ? found.at(-1) : undefined;
      });
    const said = (line: string): Promise<true> =>
      eventually(`it says ${line}`, async () =>
        (await under.engine.logs(one)).includes(line) ? true : undefined,
      );
    const state = async (): Promise<string | undefined> => (await under.engine.inspect(one))?.state;

    it('starts what it is told to, and tells of it', async () => {
      const before = Date.now();
      const info = await start('steady');
      expect(info).toMatchObject({
        name: one,
        image: under.image,
        state: 'running',
        pid: expect.any(Number) as number,
        restarts: 0,
        deathsLastMinute: 0,
        labels: expect.objectContaining({ 'rdzen.role': 'test' }) as object,
      });
      expect(info.startedAt).toBeGreaterThanOrEqual(before - 1_000);
      expect(await told('started')).toMatchObject({ pid: info.pid });
      expect(await under.engine.list()).toEqual([expect.objectContaining({ name: one, state: 'running' })]);
    });

    it('leaves alone what runs already', async () => {
      const first = await start('steady');
      const second = await start('steady');
      expect(second.pid).toBe(first.pid);
      await told('started');
      expect(events.filter(({ type }) => type === 'started')).toHaveLength(1);
    });

    it('keeps what it wrote, on both streams', async () => {
      await start('steady');
      await said('hello');
      await said('oops');
    });

    it('makes one known without starting it', async () => {
      await under.engine.create({
        name: one,
        image: under.image,
        args: [...(under.shell ?? []), '-c', SCRIPTS.steady],
        restart: 'no',
      });
      expect(await state()).toBe('stopped');
      expect((await under.engine.restart(one, 0)).state).toBe('running');
    });

    it('stops politely, and tells that it was told to', async () => {
      await start('steady', 'always');
      await said('hello');
      await under.engine.stop(one, 3_000);
      expect(await state()).toBe('stopped');
      const stopped = await told('stopped');
      expect(stopped).not.toHaveProperty('outside');
      expect(events.map(({ type }) => type)).not.toContain('died');
    });

    it('stops what does not want to hear', async () => {
      await start('stubborn', 'always');
      await said('hello');
      const begun = Date.now();
      await under.engine.stop(one, 1_000);
      expect(Date.now() - begun).toBeGreaterThanOrEqual(900);
      expect(await state()).toBe('stopped');
    });

    it('stops what is stopped', async () => {
      await start('steady');
      await under.engine.stop(one, 0);
      await expect(under.engine.stop(one, 0)).resolves.toBeUndefined();
    });

    it('tells how something ended by itself', async () => {
      await start('failing');
      expect(await told('died')).toMatchObject({
        exitCode: 3,
        lastOutput: expect.arrayContaining(['going']) as object,
      });
      await eventually('it is exited', async () => ((await state()) === 'exited' ? true : undefined));
      expect(await under.engine.inspect(one)).toMatchObject({ exitCode: 3, deathsLastMinute: 1 });
    });

    it('starts again what died, and counts it', async () => {
      await start('steady', 'always');
      await said('hello');
      // Of the process, not by the engine's word: that would count as somebody's wish in Docker.
      const { pid } = (await under.engine.inspect(one))!;
      process.kill(pid!, 'SIGKILL');
      await told('died');
      await told('started', 2);
      const info = (await under.engine.inspect(one))!;
      expect(info).toMatchObject({ state: 'running', restarts: 1, deathsLastMinute: 1 });
      expect(info.pid).not.toBe(pid);
    });

    it('sends signals, and says whose end it was', async () => {
      await start('steady');
      await said('hello');
      await under.engine.signal(one, 'SIGKILL');
      expect(await told('died')).toMatchObject({ signal: 'SIGKILL' });
    });

    it('starts again what died of a signal, where its policy says so', async () => {
      const first = await start('steady', 'always');
      await said('hello');
      await under.engine.signal(one, 'SIGKILL');
      await told('died');
      const second = await told('started', 2);
      expect(second).not.toMatchObject({ pid: first.pid });
      expect(await state()).toBe('running');
    });

    it('restarts, whatever hangs', async () => {
      const first = await start('stubborn', 'always');
      await said('hello');
      await under.engine.signal(one, 'SIGSTOP');
      const second = await under.engine.restart(one, 0);
      expect(second.state).toBe('running');
      expect(second.pid).not.toBe(first.pid);
      await told('started', 2);
      expect(events.map(({ type }) => type)).not.toContain('died');
    });

    it('makes anew, under the same name', async () => {
      const first = await start('steady', 'always');
      const second = await under.engine.recreate(one);
      expect(second).toMatchObject({ name: one, state: 'running', image: under.image });
      expect(second.pid).not.toBe(first.pid);
      expect(second.labels).toMatchObject({ 'rdzen.role': 'test' });
      await told('started', 2);
      expect(await under.engine.list()).toHaveLength(1);
    });

    it('freezes and thaws', async () => {
      await start('steady');
      await said('hello');
      await under.engine.pause(one);
      expect(await state()).toBe('paused');
      await told('paused');
      await under.engine.resume(one);
      expect(await state()).toBe('running');
      await told('resumed');
      await under.engine.pause(one);
      expect((await under.engine.restart(one, 0)).state).toBe('running');
    });

    it('measures what it uses', async () => {
      await start('steady');
      await said('hello');
      const stats = await under.engine.stats(one);
      expect(stats.memoryBytes).toBeGreaterThan(0);
      expect(stats.processes).toBeGreaterThanOrEqual(1);
      expect(stats.cpuMs).toBeGreaterThanOrEqual(0);
    });

    it('names what it does not know', async () => {
      expect(await under.engine.inspect('nobody')).toBeUndefined();
      for (const call of [
        () => under.engine.stop('nobody'),
        () => under.engine.restart('nobody'),
        () => under.engine.recreate('nobody'),
        () => under.engine.signal('nobody', 'SIGTERM'),
        () => under.engine.pause('nobody'),
        () => under.engine.logs('nobody'),
      ])
        await expect(call()).rejects.toThrow('nobody');
    });

    it('refuses names that could mean something else', async () => {
      await expect(start('steady', 'no', '../other')).rejects.toThrow('cannot be called');
      expect(await under.engine.list()).toEqual([]);
    });

    it('ends all it started when it closes, and nothing starts after that', async () => {
      const { pid } = await start('stubborn', 'always');
      await under.engine.close();
      await eventually('its process is gone', () => (lives(pid!) ? undefined : true));
      await expect(start('steady')).rejects.toThrow('the gateway is stopping');
      await expect(under.engine.restart(one)).rejects.toThrow();
    });
  });
}
