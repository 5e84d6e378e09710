import { chmodSync } from 'node:fs';
import type { ErrorCode } from '../../../src/shared/error-codes';
import { DockerClient } from '../../../src/containers/docker/docker-client';
import { SystemClock } from '../../../src/shared/system-clock';
import { eventually } from '../../faults/process-engine/support/processes';
import { FakeDocker } from '../../support/fakes/fake-docker/fake-docker';
import { VirtualClock } from '../../support/virtual-clock';
import { DockerBench, passUntil } from './docker-bench';

const NOBODY = 65_534;

describe('what goes wrong in Docker', () => {
  let bench: DockerBench;
  beforeEach(async () => (bench = await DockerBench.open()));
  afterEach(() => bench.close());

  it.each<[ErrorCode, string, (docker: FakeDocker) => unknown]>([
    ['ENGINE_DISK_FULL', 'no space left', ({ faults }) => faults.diskFull()],
    ['CONTAINER_PORT_TAKEN', 'already allocated', ({ faults }) => faults.portTaken()],
    ['IMAGE_MISSING', 'No such image: shell:1', ({ engine }) => engine.removeImage('shell:1', true)],
    ['ENGINE_REFUSED', 'docker-guard', ({ faults }) => faults.forbid(/^POST/)],
    ['ENGINE_UNREACHABLE', 'Start the engine', (docker) => docker.refuse()],
    [
      'ENGINE_FAILED',
      'cgroup',
      ({ faults }) => faults.answer(/start$/, 500, 'devices cgroup is not mounted'),
    ],
  ])('a start fails with %s (%s)', async (code, text, spoil) => {
    await spoil(bench.docker);
    const failure = bench.start('one', 'steady');
    await expect(failure).rejects.toMatchObject({ code });
    await expect(failure).rejects.toThrow(text);
  });

  it('a program that is not in the image fails the start, with what the engine said', async () => {
    bench.docker.engine.addImage('empty:1', { entrypoint: ['/nope'] });
    const failure = bench.engine.start({ name: 'one', image: 'empty:1', restart: 'no' });
    await expect(failure).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
    await expect(failure).rejects.toThrow('stat /nope: no such file or directory');
  });

  it('a container that went meanwhile is not found', async () => {
    const container = await bench.adopted('one');
    await bench.docker.engine.remove(container.id, true, false);
    await expect(bench.engine.pause('one')).rejects.toMatchObject({ code: 'ENGINE_OBJECT_NOT_FOUND' });
  });

  it('a network that cannot be had is told without blaming the guard', async () => {
    const container = await bench.foreign('one');
    const { networks } = bench.docker.engine;
    networks.create('busy', true, {});
    networks.connect(container, 'busy', {});
    const remove = bench.client.call({ verb: 'remove', subject: 'network busy' }, () =>
      bench.client.api.getNetwork('busy').remove(),
    );
    await expect(remove).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
    await expect(remove).rejects.toThrow('docker network inspect');
  });

  it('an engine that is too old is told, and becomes usable when it is updated', async () => {
    bench.docker.apiVersion = '1.40';
    await bench.docker.restart();
    const health = await eventually('it is too old', () => {
      const now = bench.engine.health();
      return now.reachable ? undefined : now;
    });
    await expect(bench.client.version()).rejects.toMatchObject({ code: 'ENGINE_TOO_OLD' });
    expect(health).toMatchObject({ reachable: false });
    bench.docker.apiVersion = '1.41';
    await eventually('it is used again', () => bench.engine.health().reachable);
  });

  it('a slow reply is waited for', async () => {
    bench.docker.faults.slow(/^POST .*start$/, 300);
    expect((await bench.start('one', 'steady')).state).toBe('running');
  });

  it('a socket that this user may not use is forbidden', async () => {
    chmodSync(bench.docker.socketPath, 0);
    const isRoot = process.geteuid?.() === 0;
    // For root nothing is forbidden.
    if (isRoot) process.seteuid?.(NOBODY);
    try {
      const failure = new DockerClient({ socketPath: bench.docker.socketPath }, new SystemClock()).version();
      await expect(failure).rejects.toMatchObject({ code: 'ENGINE_FORBIDDEN' });
      await expect(failure).rejects.toThrow('Add the user to the group');
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
});

describe('a Docker that takes calls and never answers', () => {
  let clock: VirtualClock;
  let bench: DockerBench;
  beforeEach(async () => {
    clock = new VirtualClock();
    bench = await DockerBench.open(clock);
    await bench.adopted('one');
  });
  afterEach(async () => {
    bench.docker.faults.heal();
    const over = bench.close();
    let done = false;
    void over.finally(() => (done = true));
    await passUntil(clock, 'it is closed', () => done);
    await over;
  });

  it.each<[string, number, (bench: DockerBench) => Promise<unknown>]>([
    ['start', 10_000, ({ engine }) => engine.start({ name: 'one', image: 'shell:1', restart: 'no' })],
    ['create', 10_000, ({ engine }) => engine.create({ name: 'two', image: 'shell:1', restart: 'no' })],
    ['stop', 13_000, ({ engine }) => engine.stop('one', 3_000)],
    ['restart', 10_000, ({ engine }) => engine.restart('one')],
    ['recreate', 10_000, ({ engine }) => engine.recreate('one')],
    ['signal', 10_000, ({ engine }) => engine.signal('one', 'SIGHUP')],
    ['pause', 10_000, ({ engine }) => engine.pause('one')],
    ['resume', 10_000, ({ engine }) => engine.resume('one')],
    ['inspect', 10_000, ({ engine }) => engine.inspect('one')],
    ['list', 10_000, ({ engine }) => engine.list()],
    ['logs', 10_000, ({ engine }) => engine.logs('one')],
    ['stats', 10_000, ({ engine }) => engine.stats('one')],
  ])('%s rejects after %i ms, and not before', async (_, ms, call) => {
    const { calls, faults } = bench.docker;
    faults.hang();
    const before = calls.length;
    let outcome: unknown;
    void call(bench).then(
      () => (outcome = 'answered'),
      (error: unknown) => (outcome = error),
    );
    await eventually('the call is on its way', () => calls.length > before);
    await clock.advance(ms - 1);
    expect(outcome).toBeUndefined();
    await clock.advance(1);
    await eventually('it is over', () => outcome !== undefined);
    expect(outcome).toMatchObject({ code: 'ENGINE_TIMEOUT' });
  });

  it('health tells the problem and since when, and that it is over', async () => {
    bench.docker.faults.hang();
    await passUntil(clock, 'the hang is seen', () => !bench.engine.health().reachable);
    const first = bench.engine.health();
    expect(first).toMatchObject({
      reachable: false,
      problem: expect.stringContaining('did not tell its version'),
    });
    const { since } = first as { since: number };
    expect(clock.now() - since).toBeLessThan(1_000);
    await passUntil(clock, 'a minute', () => clock.now() - since > 60_000, 500);
    expect(bench.engine.health()).toMatchObject({ reachable: false, since });
    bench.docker.faults.heal();
    await passUntil(clock, 'it is reached', () => bench.engine.health().reachable);
    expect(bench.engine.health()).toEqual({ reachable: true, version: '20.10.24', processors: 4 });
  });
});
