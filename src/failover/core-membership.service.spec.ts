import { Logger } from '@nestjs/common';
import { CoreBench } from '../../test/support/core-bench';
import { LONG } from '../../test/support/switchover-bench';
import { CoreContainers, type CoreContainerSpec } from '../containers/core-containers';
import { FurtherCores } from '../core-registry/further-cores';
import { OllamaError } from '../ollama/ollama-error';
import { CoreMembership } from './core-membership.service';
import { ModelBringer } from './repair/model-bringer';

const IMAGE = `registry.example/ollama@sha256:${'a'.repeat(64)}`;
const OFFER = { image: IMAGE, modelPath: '/data/models', memoryMiB: 2048, cpus: 2, pids: 512 };
const NAME = 'io.example/third';

class MadeContainers extends CoreContainers {
  readonly there = new Set<string>();
  readonly adopted: string[] = [];
  refusals = 0;
  makes = 0;

  adopt(names: readonly string[]): Promise<void> {
    this.adopted.push(...names);
    return Promise.resolve();
  }

  make({ name }: CoreContainerSpec): Promise<{ url: string }> {
    this.makes++;
    if (this.refusals-- > 0) return Promise.reject(new Error('the engine is away'));
    this.there.add(name);
    return Promise.resolve({ url: `http://${name.replace('rdzen-', '')}` });
  }

  remove(name: string): Promise<void> {
    this.there.delete(name);
    return Promise.resolve();
  }
}

describe(CoreMembership.name, () => {
  let bench: CoreBench;
  let containers: MadeContainers;
  let further: FurtherCores;
  let membership: CoreMembership;

  const reborn = (): CoreMembership =>
    new CoreMembership(
      ...([further, containers, bench.registry, bench.profile] as const),
      new ModelBringer(bench.ollama, bench.profile, bench.registry),
      ...([bench.ollama, bench.switchovers, bench.bus, bench.clock] as const),
    );
  const join = (): Promise<unknown> => bench.during(membership.join({ component: NAME, lock: 'l1' }, OFFER));
  const ready = (): Promise<number> =>
    bench.timeUntil(() => bench.registry.has(11) && bench.state(11) === 'ready', 60_000);

  beforeEach(async () => {
    Logger.overrideLogger(false);
    bench = await CoreBench.running({ engine: true });
    containers = new MadeContainers();
    further = new FurtherCores(bench.store);
    membership = reborn();
  });

  afterEach(async () => {
    await bench.during(membership.stop());
    await bench.end();
    expect(bench.bus.failures).toBe(0);
    await bench.store.close();
  });

  it('has a core join that lacks the model, brings it, and takes it for ready once it generated', async () => {
    bench.core(11).installed = [];
    await join();
    await ready();
    expect(bench.core(11).installed).toContain('m');
    expect(bench.changes.filter((change) => change === '11 ready')).toHaveLength(1);
  });

  it('leaves its container alone once it has joined, also where its model cannot be brought', async () => {
    bench.core(11).installed = [];
    jest.spyOn(bench.ollama, 'pull').mockImplementation(() => {
      throw new OllamaError('server-error', 'http://core11', 'no way out');
    });
    await join();
    await bench.clock.advance(30_000);
    expect(bench.view(11).warning).toContain('no way out');
    expect(containers.makes).toBe(1);
    bench.core(11).installed = ['m'];
    await ready();
  });

  it('answers with it when the two others die in the middle of an answer', async () => {
    await join();
    await ready();
    for (const id of [1, 2, 11]) bench.core(id).answer = () => LONG;
    const answering = await bench.answering();
    await bench.clock.advance(1_000);
    bench.core(1).kill();
    await bench.timeUntil(() => bench.registry.get(2).inFlight > 0, 10_000);
    bench.core(2).kill();
    await bench.during(answering.result);
    expect(answering.shown.at(-1)).toBe(LONG);
    expect(bench.registry.pick()?.id).toBe(11);
  });

  it('leaves by a planned switchover where it is the active one, and leaves nothing', async () => {
    await join();
    await ready();
    await bench.during(bench.switchovers.switchTo(11, 'api:key1'));
    expect(await bench.during(membership.leave('l1', 'api:key1'))).toBe(true);
    expect(bench.registry.active.id).not.toBe(11);
    expect(bench.registry.has(11)).toBe(false);
    expect(containers.there.size).toBe(0);
    expect(await further.all()).toEqual([]);
    // What a probe still on its way brings home counts no more.
    await bench.clock.advance(30_000);
    expect(await further.nextId([1, 2])).toBe(12);
  });

  it('is not let go while it is the last one that answers', async () => {
    await join();
    await ready();
    bench.core(1).kill();
    bench.core(2).kill();
    await bench.timeUntil(() => bench.registry.active.id === 11, 30_000);
    await bench.timeUntil(() => bench.state(1) === 'down' && bench.state(2) === 'down', 30_000);
    await expect(bench.during(membership.leave('l1', 'api:key1'))).rejects.toMatchObject({
      code: 'NO_STAND_IN',
    });
    expect(containers.there.size).toBe(1);
    expect((await further.all()).map(({ phase }) => phase)).toEqual(['joined']);
  });

  it('goes on with a joining that the engine or an end of the process interrupted', async () => {
    containers.refusals = 1;
    await join();
    await bench.clock.advance(100);
    await bench.during(membership.stop());
    expect((await further.all()).map(({ phase }) => phase)).toEqual(['joining']);
    membership = reborn();
    await membership.start();
    await ready();
    expect(await membership.definitions()).toMatchObject([{ id: 11, url: 'http://core11' }]);
  });

  it('goes on with a leaving that an end of the process interrupted', async () => {
    await join();
    await ready();
    await bench.during(membership.stop());
    await further.move(11, 'leaving');
    membership = reborn();
    await membership.start();
    await bench.timeUntil(() => containers.there.size === 0, 60_000);
    expect(bench.registry.has(11)).toBe(false);
  });

  it('stays after a restart until it is known that another core can answer', async () => {
    await bench.end();
    await bench.store.close();
    bench = await CoreBench.create({ engine: true });
    further = new FurtherCores(bench.store);
    containers.there.add('rdzen-core11');
    const spec = { ...OFFER, name: 'rdzen-core11', like: 'core1', published: false };
    await further.add({ id: 11, component: NAME, lock: 'l1', phase: 'leaving', slots: 1, spec });
    await further.move(11, 'leaving', 'http://core11');
    membership = reborn();
    for (const definition of await membership.definitions()) bench.registry.join(definition);
    bench.core(1).kill();
    bench.core(2).kill();
    await bench.begin();
    await membership.start();
    await bench.clock.advance(60_000);
    expect(bench.registry.pick()?.id).toBe(11);
    expect(containers.there.size).toBe(1);
    bench.core(2).restart();
    await bench.timeUntil(() => containers.there.size === 0, 60_000);
    expect(bench.registry.pick()?.id).toBe(2);
  });

  it('stays, and finishes what it writes, where the others die while it is drained', async () => {
    await join();
    await ready();
    bench.core(11).answer = () => LONG;
    await bench.during(bench.switchovers.switchTo(11, 'api:key1'));
    const answering = await bench.answering();
    await bench.clock.advance(1_000);
    const leaving = membership.leave('l1', 'api:key1');
    await bench.clock.advance(1_000);
    // Else it would be made the active one again.
    await bench.during(bench.control.pause(3_600_000, { by: 'api:key1' }));
    bench.core(1).kill();
    bench.core(2).kill();
    await bench.clock.advance(60_000);
    expect(await answering.result).toMatchObject({ outcome: 'complete', text: LONG, continued: 0 });
    expect(bench.registry.pick()?.id).toBe(11);
    expect(containers.there.size).toBe(1);
    bench.core(1).restart();
    await bench.during(leaving);
    expect(containers.there.size).toBe(0);
    expect(bench.registry.active.id).toBe(1);
  });

  it('stays where it is being made the active core at that moment', async () => {
    await join();
    await ready();
    bench.core(2).kill();
    await bench.timeUntil(() => bench.state(2) === 'down', 60_000);
    const run = bench.store.transaction.bind(bench.store);
    jest.spyOn(bench.store, 'transaction').mockImplementation(async (work) => {
      await bench.clock.sleep(3_000);
      return run(work);
    });
    const answered = bench.registry.occupy(11);
    const leaving = membership.leave('l1', 'api:key1');
    await bench.clock.advance(1_000);
    bench.core(1).kill();
    await bench.timeUntil(() => bench.state(1) === 'down', 10_000);
    answered();
    await bench.clock.advance(10_000);
    expect(bench.registry.active.id).toBe(11);
    bench.core(1).restart();
    await bench.during(leaving);
    expect(bench.registry.active.id).toBe(1);
    expect(containers.there.size).toBe(0);
  });

  it('goes in the end where all cores, itself as well, have been down for long', async () => {
    await join();
    await ready();
    for (const id of [1, 2, 11]) bench.core(id).kill();
    await bench.timeUntil(() => [1, 2, 11].every((id) => bench.state(id) === 'down'), 60_000);
    const leaving = membership.leave('l1', 'api:key1');
    await bench.clock.advance(60_000);
    expect(containers.there.size).toBe(1);
    await bench.during(leaving);
    expect(containers.there.size).toBe(0);
  });

  it('comes anew where its lock is wanted again while the core of it leaves', async () => {
    await join();
    await ready();
    await bench.during(membership.stop());
    await further.move(11, 'leaving');
    membership = reborn();
    bench.registry.occupy(11);
    await membership.start();
    await join();
    expect(containers.there).toEqual(new Set(['rdzen-core12']));
    await bench.timeUntil(() => bench.registry.has(12) && bench.state(12) === 'ready', 60_000);
    expect((await further.all()).map(({ id, phase }) => `${id} ${phase}`)).toEqual(['12 joined']);
    expect(bench.registry.has(11)).toBe(false);
  });

  it('is refused, to be asked for again, where the core of its lock still leaves when everything stops', async () => {
    await join();
    await ready();
    bench.registry.occupy(11);
    const leaving = membership.leave('l1', 'api:key1');
    await bench.clock.advance(1_000);
    const joining = membership.join({ component: NAME, lock: 'l1' }, OFFER);
    const others = membership.join({ component: NAME, lock: 'l2' }, OFFER);
    expect((await bench.during(others)).id).toBe(12);
    await bench.during(membership.stop());
    await expect(bench.during(joining)).rejects.toThrow('still leaving');
    await bench.during(leaving);
    expect((await further.of('l1'))?.phase).toBe('leaving');
  });

  it('removes a container that a slow engine makes after its core was gone', async () => {
    await join();
    await ready();
    await bench.during(membership.leave('l1', 'api:key1'));
    containers.there.add('rdzen-core11');
    await bench.clock.advance(61_000);
    expect(containers.there.size).toBe(0);
    // Asked for by a life that is over.
    await bench.during(membership.stop());
    containers.there.add('rdzen-core11');
    membership = reborn();
    await membership.start();
    await bench.clock.advance(61_000);
    expect(containers.there.size).toBe(0);
  });

  it('has the same component join once', async () => {
    await join();
    await join();
    await ready();
    expect(bench.registry.all()).toHaveLength(3);
  });
});
