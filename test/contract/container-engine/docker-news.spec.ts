import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, lives } from '../../faults/process-engine/support/processes';
import { DockerBench } from './docker-bench';
import { SCRIPTS } from './engine-contract';

/** Longer than a doubled event would need to come. */
const MOMENT_MS = 150;

describe('news of Docker containers', () => {
  let bench: DockerBench;
  beforeEach(async () => (bench = await DockerBench.open()));
  afterEach(() => bench.close());

  describe('when the event stream breaks', () => {
    it('a death meanwhile is told once, with how it came, as the stream is taken up where it broke', async () => {
      const container = await bench.adopted('one');
      await bench.cutStream();
      container.kill('SIGKILL');
      await eventually('it is dead', () => !container.running);
      expect(bench.types()).toEqual(['started']);
      await bench.mendStream();
      expect(await bench.told('died')).toMatchObject({ name: 'one', exitCode: 137 });
      await sleep(MOMENT_MS);
      expect(bench.types()).toEqual(['started', 'died']);
    });

    it('nothing told before is told again', async () => {
      const container = await bench.adopted('one', { HostConfig: { Memory: 1 << 24 } });
      // Many: whether an event is doubled must not hang on the last digits of one time.
      for (let round = 1; round <= 8; round++) {
        bench.docker.engine.journal.tell('container', 'oom', container.id, { name: 'one' }, 'shell:1');
        await bench.told('oom', round);
        bench.docker.engine.journal.cut();
        await eventually('it is cut', () => bench.docker.engine.journal.listening === 0);
        await bench.listened();
      }
      await sleep(MOMENT_MS);
      expect(bench.types().filter((type) => type === 'oom')).toHaveLength(8);
    });

    it('a death and a start by policy meanwhile are both told', async () => {
      const container = await bench.adopted('one', {
        HostConfig: { RestartPolicy: { Name: 'unless-stopped' } },
      });
      await bench.cutStream();
      process.kill(container.process!.pid, 'SIGKILL');
      await eventually('it runs again', () => container.restartCount === 1 && container.status === 'running');
      await bench.mendStream();
      await bench.told('started', 2);
      await sleep(MOMENT_MS);
      expect(bench.types()).toEqual(['started', 'died', 'started']);
      expect(await bench.engine.inspect('one')).toMatchObject({ deathsLastMinute: 1, restarts: 1 });
    });
  });

  describe('when the engine has forgotten its events', () => {
    const forgotten = async (happens: () => unknown): Promise<void> => {
      await bench.docker.refuse();
      await eventually('it is gone', () => !bench.engine.health().reachable);
      await happens();
      await bench.docker.restart();
      await bench.listened();
    };

    it('a death is told by looking', async () => {
      const container = await bench.adopted('one', { Cmd: ['-c', 'while :; do sleep 0.05; done'] });
      await forgotten(async () => {
        process.kill(container.process!.pid, 'SIGKILL');
        await eventually('it is dead', () => !container.running);
      });
      expect(await bench.told('died')).toMatchObject({ name: 'one', exitCode: 137 });
    });

    it('a death is told while its policy waits to start it again', async () => {
      const container = await bench.adopted('one', {
        HostConfig: { RestartPolicy: { Name: 'unless-stopped' } },
      });
      await forgotten(async () => {
        // Each life shorter than the wait after it, so that the wait is what is looked at.
        for (let deaths = 1; deaths <= 4; deaths++) {
          process.kill(container.process!.pid, 'SIGKILL');
          await eventually('it is dead', () => container.restartCount === deaths);
          if (deaths < 4) await eventually('it is back', () => container.status === 'running');
        }
      });
      expect(await bench.told('died')).toMatchObject({ exitCode: 137 });
      expect(await bench.engine.inspect('one')).toMatchObject({ state: 'waiting-to-restart', exitCode: 137 });
      expect(await bench.engine.inspect('one')).not.toHaveProperty('pid');
      await bench.told('started', 2);
      expect(bench.types()).toEqual(['started', 'died', 'started']);
    });

    it('another life is told as a death and a start', async () => {
      const container = await bench.adopted('one');
      await forgotten(() => container.restart(0));
      await bench.told('started', 2);
      expect(bench.types()).toEqual(['started', 'died', 'started']);
    });

    it('a removal is told as a death', async () => {
      const container = await bench.adopted('one');
      await forgotten(() => bench.docker.engine.remove(container.id, true, false));
      await bench.told('died');
      expect(await bench.engine.inspect('one')).toMatchObject({ state: 'exited', name: 'one' });
    });

    it('a network that was lost is told', async () => {
      bench.docker.engine.networks.create('net', false, {});
      const container = await bench.adopted('one', { HostConfig: { NetworkMode: 'net' } });
      await forgotten(() => bench.docker.engine.networks.disconnect(container, 'net'));
      expect(await bench.told('disconnected')).toMatchObject({ network: 'net' });
    });

    it('a daemon that ended its containers is told, and that they run again', async () => {
      const container = await bench.adopted('one');
      await bench.docker.restart({ liveRestore: false });
      await bench.told('died');
      container.start();
      await bench.told('started', 2);
      expect(bench.types()).toEqual(['started', 'died', 'started']);
    });

    it('nothing is told where nothing happened', async () => {
      await bench.adopted('one');
      await forgotten(() => undefined);
      await sleep(MOMENT_MS);
      expect(bench.types()).toEqual(['started']);
    });
  });

  describe('from outside', () => {
    it('docker stop is told as such, ours is not', async () => {
      const container = await bench.adopted('one');
      await container.stop(1_000);
      expect(await bench.told('stopped')).toMatchObject({ outside: true });
      expect(await bench.engine.inspect('one')).toMatchObject({ state: 'stopped', deathsLastMinute: 0 });
      container.start();
      await bench.told('started', 2);
      await bench.engine.stop('one');
      expect(await bench.told('stopped', 2)).not.toHaveProperty('outside');
      await sleep(MOMENT_MS);
      expect(bench.types().filter((type) => type === 'stopped')).toHaveLength(2);
    });

    it('pause and unpause are told', async () => {
      const container = await bench.adopted('one');
      container.pause();
      await bench.told('paused');
      container.unpause();
      await bench.told('resumed');
      expect(bench.types()).toEqual(['started', 'paused', 'resumed']);
    });

    it('rm -f is told as a death by SIGKILL', async () => {
      const container = await bench.adopted('one');
      await bench.docker.engine.remove(container.id, true, false);
      expect(await bench.told('died')).toMatchObject({ signal: 'SIGKILL', exitCode: 137 });
    });

    it('a network that is lost and comes back is told once each', async () => {
      const { networks } = bench.docker.engine;
      networks.create('net', false, {});
      const container = await bench.adopted('one', { HostConfig: { NetworkMode: 'net' } });
      networks.disconnect(container, 'net');
      expect(await bench.told('disconnected')).toMatchObject({ network: 'net' });
      networks.connect(container, 'net', {});
      expect(await bench.told('connected')).toMatchObject({ network: 'net' });
      await sleep(MOMENT_MS);
      expect(bench.types()).toEqual(['started', 'disconnected', 'connected']);
    });
  });

  it('memory that ran out is told before the death it led to', async () => {
    const container = await bench.adopted('one');
    container.runOutOfMemory();
    expect(await bench.told('died')).toMatchObject({ oom: true, exitCode: 137 });
    expect(bench.types()).toEqual(['started', 'oom', 'died']);
  });

  it('a death before the last start that was told is an old one', async () => {
    const container = await bench.adopted('one');
    await bench.cutStream();
    await container.restart(0);
    await bench.engine.restart('one', 0);
    await bench.mendStream();
    await sleep(MOMENT_MS);
    expect(bench.types().filter((type) => type === 'died')).toEqual([]);
  });

  it('a signal of ours does not explain a death of the next life', async () => {
    const container = await bench.adopted('one');
    await bench.engine.restart('one');
    process.kill(container.process!.pid, 'SIGKILL');
    expect(await bench.told('died')).not.toHaveProperty('signal');
    expect(await bench.engine.inspect('one')).toMatchObject({ deathsLastMinute: 1 });
  });

  it('crashes count, a polite end from outside does not', async () => {
    await bench.adopted('crashing', {
      Cmd: ['-c', SCRIPTS.failing],
      HostConfig: { RestartPolicy: { Name: 'unless-stopped' } },
    });
    await bench.told('died', 3);
    expect((await bench.engine.inspect('crashing'))?.deathsLastMinute).toBeGreaterThanOrEqual(3);
    const polite = await bench.adopted('polite');
    polite.kill('SIGTERM');
    await eventually('its end is told', () =>
      bench.events.some(
        (event) => event.type === 'died' && event.name === 'polite' && event.signal === 'SIGTERM',
      ),
    );
    expect(await bench.engine.inspect('polite')).toMatchObject({ deathsLastMinute: 0 });
  });

  it('close removes what was started here, and leaves what was adopted', async () => {
    const adopted = await bench.adopted('theirs');
    const { pid } = await bench.start('ours', 'steady', 'always');
    await bench.engine.close();
    expect([...bench.docker.engine.containers.values()].map(({ name }) => name)).toEqual(['theirs']);
    expect(adopted.status).toBe('running');
    expect(lives(pid!)).toBe(false);
  });
});
