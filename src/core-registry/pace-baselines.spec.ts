import { aCore } from '../../test/support/a-core';
import { memoryStore } from '../../test/support/memory-store';
import type { LibsqlStore } from '../storage/libsql-store';
import { ModelProfile } from './model-profile';
import { PaceBaselines } from './pace-baselines';

describe(PaceBaselines.name, () => {
  const core = aCore(1, 'ready');
  let store: LibsqlStore;

  beforeEach(async () => {
    store = await memoryStore();
  });
  afterEach(() => store.close());

  const opened = async (model = 'm', threads = 1): Promise<PaceBaselines> => {
    const baselines = new PaceBaselines(
      store,
      new ModelProfile(model, { num_ctx: 4096, num_thread: threads }),
    );
    await baselines.open();
    return baselines;
  };
  const learn = (baselines: PaceBaselines, ...paces: number[]): void => {
    for (const pace of paces) baselines.learn(core, pace);
  };

  it('says nothing before the third answer, then what is usual', async () => {
    const sut = await opened();
    learn(sut, 40, 50);
    expect(sut.of(core)).toBeUndefined();
    learn(sut, 60);
    expect(sut.of(core)).toBeCloseTo(50);
  });

  it('moves slowly, and is not led astray by single answers', async () => {
    const sut = await opened();
    learn(sut, ...Array.from({ length: 40 }, () => 50));
    learn(sut, 100_000);
    expect(sut.of(core)).toBeCloseTo(52.5);
    learn(sut, ...Array.from({ length: 100 }, () => 30));
    expect(sut.of(core)).toBeCloseTo(30, 0);
  });

  it('is remembered over a restart', async () => {
    const sut = await opened();
    learn(sut, 50, 50, 50, 50);
    await sut.close();
    expect((await opened()).of(core)).toBeCloseTo(50);
  });

  it('is another one for another core, model, kind, number of threads or machine', async () => {
    const sut = await opened();
    learn(sut, 50, 50, 50);
    await sut.close();
    expect(sut.of(aCore(2, 'ready'))).toBeUndefined();
    expect(sut.of({ ...core, kind: 'scripted' })).toBeUndefined();
    expect((await opened('other')).of(core)).toBeUndefined();
    expect((await opened('m', 8)).of(core)).toBeUndefined();
    const [here, there] = ['http://a', 'http://b'].map((url) => aCore(3, 'ready', { kind: 'external', url }));
    for (let each = 0; each < 3; each++) if (here) sut.learn(here, 20);
    expect(here && sut.of(here)).toBeCloseTo(20);
    expect(there && sut.of(there)).toBeUndefined();
  });

  it('goes on while the disk takes nothing', async () => {
    const sut = await opened();
    jest.spyOn(store, 'run').mockRejectedValue(new Error('disk full'));
    learn(sut, 50, 50, 50);
    await sut.close();
    expect(sut.of(core)).toBeCloseTo(50);
    jest.restoreAllMocks();
  });
});
