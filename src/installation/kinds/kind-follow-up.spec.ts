import { VirtualClock } from '../../../test/support/virtual-clock';
import type { ComponentLock } from '../../component-registry/installed/component-lock';
import type { InstalledComponent } from '../../component-registry/installed/installed-component';
import { InstalledComponents } from '../../component-registry/installed/installed-components';
import { EventBus } from '../../events/event-bus';
import type { KindConducts } from './kind-conducts';
import { KindFollowUp } from './kind-follow-up';

describe(KindFollowUp.name, () => {
  let clock: VirtualClock;
  let bus: EventBus;
  let installed: InstalledComponents;
  let problems: Error[];
  let steps: string[];
  let sut: KindFollowUp;

  const stands = (state: InstalledComponent['state'], name = 'a/store'): void =>
    installed.set({ name, state, lock: {} as ComponentLock, canaryRooms: [], reason: '', since: 0 });
  const changes = (by = 'chat:root', component = 'a/store'): void =>
    bus.emit('component.changed', {
      ...{ component, from: 'active', to: 'active', lockId: 'l', version: '1', reason: '', by, at: 0 },
    });
  const step = (what: string): Promise<void> => {
    const problem = problems.shift();
    steps.push(problem ? `${what} fails` : what);
    return problem ? Promise.reject(problem) : Promise.resolve();
  };

  beforeEach(() => {
    clock = new VirtualClock();
    bus = new EventBus();
    installed = new InstalledComponents();
    [problems, steps] = [[], []];
    const conduct = {
      takeUp: ({ name }: InstalledComponent) => step(`${name} up`),
      letGo: (name: string, by: string) => step(`${name} go (${by})`),
    };
    sut = new KindFollowUp({ of: () => conduct } as unknown as KindConducts, installed, bus, clock);
  });
  afterEach(() => sut.stop());

  it.each([
    ['active', ['a/store up']],
    ['canary', ['a/store up']],
    ['installing', []],
    ['quarantined', ['a/store go (rdzen)']],
    ['removed', ['a/store go (rdzen)']],
  ] as const)('at the start, one that is %s', async (state, expected) => {
    stands(state);
    sut.start();
    await clock.advance(1);
    expect(steps).toEqual(expected);
  });

  it('a step that fails is taken again until it is done', async () => {
    problems = [new Error('engine'), new Error('engine')];
    stands('active');
    sut.start();
    await clock.advance(60_000);
    expect(steps).toEqual(['a/store up fails', 'a/store up fails', 'a/store up']);
  });

  it('what changed meanwhile is what counts', async () => {
    problems = [new Error('engine')];
    stands('active');
    sut.start();
    await clock.advance(1);
    stands('removed');
    changes();
    await clock.advance(60_000);
    expect(steps).toEqual(['a/store up fails', 'a/store go (chat:root)']);
  });

  it('says nothing more once it was stopped', async () => {
    problems = [new Error('engine')];
    stands('active');
    sut.start();
    await clock.advance(1);
    await sut.stop();
    changes();
    await clock.advance(60_000);
    expect(steps).toEqual(['a/store up fails']);
  });
});
