import { VirtualClock } from '../../test/support/virtual-clock';
import type { ComponentContainer, ComponentUse } from '../containers/component-containers';
import { ResourceWatch } from './resource-watch';

const LIMITS = { memoryBytes: 2 ** 27, cpus: 0.5, pids: 64, scratchBytes: 2 ** 24 };

/** One that tells what it was given. */
function container(use: { cpuMs: number; all: number; heldBack: number }): ComponentContainer {
  const told = (): Promise<ComponentUse> => {
    const { cpuMs, all, heldBack } = use;
    return Promise.resolve({ memoryBytes: 1, processes: 1, cpuMs, periods: { all, heldBack } });
  };
  const nothing = { inspect: () => Promise.resolve(undefined), hadOom: () => Promise.resolve(false) };
  return { use: told, ...nothing } as Partial<ComponentContainer> as ComponentContainer;
}

describe(ResourceWatch.name, () => {
  it('does not count against a component what its start took of the processor', async () => {
    const use = { cpuMs: 1_800, all: 20, heldBack: 19 };
    const sut = new ResourceWatch(new VirtualClock(), LIMITS);
    await sut.begin(container(use));
    Object.assign(use, { cpuMs: 1_900, all: 24, heldBack: 20 });
    await sut.now();
    expect(sut.heldBack).toEqual({ share: 0.25, cpuMs: 100 });
    expect(sut.cpuSoFarMs).toBe(1_900);
    await sut.end();
  });

  it('tells what is taken of the processor that it may have, since it was ready and while it should rest', async () => {
    const clock = new VirtualClock();
    const sut = new ResourceWatch(clock, LIMITS);
    const use = { cpuMs: 1_800, all: 20, heldBack: 0 };
    await sut.begin(container(use));
    expect(sut.busy).toBe(0);
    use.cpuMs += 100;
    await clock.advance(1_000);
    await sut.now();
    expect(sut.busy).toBeCloseTo(0.2);
    const busy = sut.busyFor(1_000);
    await clock.advance(900);
    use.cpuMs += 450;
    await clock.advance(100);
    expect(await busy).toBeCloseTo(0.9);
    const idle = sut.busyFor(1_000);
    await clock.advance(1_000);
    expect(await idle).toBe(0);
    await sut.end();
  });

  it('tells the worst of its containers', async () => {
    const sut = new ResourceWatch(new VirtualClock(), LIMITS);
    const busy = { cpuMs: 100, all: 2, heldBack: 0 };
    await sut.begin(container(busy));
    Object.assign(busy, { cpuMs: 2_100, all: 42, heldBack: 40 });
    await sut.end();
    await sut.begin(container({ cpuMs: 50, all: 1, heldBack: 0 }));
    expect(sut.heldBack).toEqual({ share: 1, cpuMs: 2_000 });
    await sut.end();
  });
});
