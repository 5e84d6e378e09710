import { memoryStore } from '../../../test/support/memory-store';
import { VirtualClock } from '../../../test/support/virtual-clock';
import type { LibsqlStore } from '../../storage/libsql-store';
import { RepairJournal } from './repair-journal';

const HOUR_MS = 3_600_000;

describe(RepairJournal.name, () => {
  let store: LibsqlStore;
  let clock: VirtualClock;
  let sut: RepairJournal;
  const restart = (): void => {
    sut = new RepairJournal(store, clock);
  };

  beforeEach(async () => {
    store = await memoryStore();
    clock = new VirtualClock();
    restart();
  });
  afterEach(() => store.close());

  it.each([
    ['ahead', HOUR_MS],
    ['back', -HOUR_MS],
  ])('gives no budget back for a clock that is set %s and a restart', async (_, jump) => {
    await sut.begin(1, 'restart', 'died');
    await clock.advance(60_000);
    await sut.begin(1, 'restart', 'died');
    clock.jumpWall(jump);
    await sut.followClock();
    restart();
    expect(await sut.spent(1)).toBe(2);
    await clock.advance(30 * 60_000 - 60_000);
    expect(await sut.spent(1)).toBe(1);
    await clock.advance(60_000);
    expect(await sut.spent(1)).toBe(0);
  });

  it('moves nothing twice, and tries again where the disk was full', async () => {
    await sut.begin(1, 'restart', 'died');
    const [before] = await sut.list(1, 1);
    clock.jumpWall(HOUR_MS);
    const full = jest.spyOn(store, 'run').mockRejectedValueOnce(new Error('database or disk is full'));
    await expect(sut.followClock()).rejects.toThrow('full');
    full.mockRestore();
    await sut.followClock();
    await sut.followClock();
    const [after] = await sut.list(1, 1);
    expect((after?.at ?? 0) - (before?.at ?? 0)).toBe(HOUR_MS);
  });
});
