import { Logger } from '@nestjs/common';
import { CoreBench, type BenchOptions } from '../../../test/support/core-bench';
import type { ContainerEngine, EngineHealth } from '../../containers/container-engine';
import { ADMIN_ROOM } from '../../rooms/admin-room';
import { AlertWatch } from './alert-watch';
import { JournalRoom } from './journal-room';

const MINUTE = 60_000;

describe(AlertWatch.name, () => {
  let bench: CoreBench;
  let sut: AlertWatch;
  let health: EngineHealth;

  const watch = (): AlertWatch => {
    const engine = { health: () => health } as ContainerEngine;
    const { registry, failoverNotices, store, clock } = bench;
    return new AlertWatch(
      registry,
      engine,
      failoverNotices,
      new JournalRoom(store, failoverNotices, clock),
      clock,
    );
  };
  const running = async (options: BenchOptions = {}): Promise<void> => {
    bench = await CoreBench.running(options);
    sut = watch();
    sut.start();
    await bench.clock.advance(70_000);
  };
  const alerts = async (): Promise<string[]> => {
    const rows = await bench.store.all<{ text: string }>(
      'SELECT text FROM notices WHERE room_id = ? ORDER BY rowid',
      ADMIN_ROOM,
    );
    return rows.map(({ text }) => text);
  };

  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(() => {
    health = { reachable: true };
  });
  afterEach(async () => {
    for (const { id } of bench.registry.all()) bench.core(id).resume();
    await sut.stop();
    await bench.end();
    expect(bench.clock.timers).toBe(0);
    await bench.store.close();
  });

  it('says nothing while all is well', async () => {
    await running();
    await bench.clock.advance(10 * MINUTE);
    expect(await alerts()).toEqual([]);
  });

  it('tells that nobody stands by after two minutes, once, and that somebody does again', async () => {
    await running();
    bench.core(2).kill();
    await bench.clock.advance(1.9 * MINUTE);
    expect(await alerts()).toEqual([]);
    await bench.clock.advance(5 * MINUTE);
    expect(await alerts()).toEqual([expect.stringMatching(/no other core has been ready.*core 2: down/)]);
    bench.core(2).restart();
    await bench.clock.advance(MINUTE);
    expect((await alerts()).slice(1)).toEqual([
      expect.stringMatching(/Core 2 stands by again, ready to take over \(after \dm\d+s\)/),
    ]);
  });

  it('does not tell it again after a restart in the middle of it, and still tells its end', async () => {
    await running();
    bench.core(2).kill();
    await bench.clock.advance(3 * MINUTE);
    await sut.stop();
    sut = watch();
    sut.start();
    await bench.clock.advance(5 * MINUTE);
    expect(await alerts()).toHaveLength(1);
    bench.core(2).restart();
    await bench.clock.advance(MINUTE);
    expect(await alerts()).toHaveLength(2);
  });

  it('tells of a stand-in without its model', async () => {
    await running({ warmStandby: false });
    await bench.clock.advance(3 * MINUTE);
    expect(await alerts()).toEqual([expect.stringContaining('Core 2 would take over without its model')]);
  });

  it('tells of a blackout, in the language of the workspace, and of its end', async () => {
    await running();
    bench.settings.RDZEN_LANGUAGE = 'pl';
    for (const id of [1, 2]) bench.core(id).kill();
    await bench.clock.advance(20_000);
    expect(await alerts()).toEqual([
      expect.stringMatching(/Żaden rdzeń nie może odpowiedzieć.*rdzeń 1: nie działa.*rdzeń 2: nie działa/),
    ]);
    for (const id of [1, 2]) bench.core(id).restart();
    await bench.clock.advance(MINUTE);
    expect((await alerts()).slice(1)).toEqual([expect.stringMatching(/Rdzeń \d znów może odpowiadać/)]);
  });

  it('keeps still of cores that wait for their model', async () => {
    await running();
    bench.registry.preparation.preparing = { step: 'model', detail: 'fetching' };
    for (const id of [1, 2]) bench.core(id).kill();
    await bench.clock.advance(5 * MINUTE);
    expect(await alerts()).toEqual([]);
  });

  it('tells that Docker does not answer after 30 s, and that it does again', async () => {
    await running();
    health = { reachable: false, since: bench.clock.now(), problem: 'connect ENOENT. Start it.' };
    await bench.clock.advance(29_000);
    expect(await alerts()).toEqual([]);
    await bench.clock.advance(MINUTE);
    expect(await alerts()).toEqual([expect.stringMatching(/Docker has not been reachable.*connect ENOENT/)]);
    health = { reachable: true };
    await bench.clock.advance(10_000);
    expect((await alerts()).slice(1)).toEqual([expect.stringContaining('Docker is reachable again')]);
  });

  it('tells of a full disk once there is room, and of what began meanwhile as well', async () => {
    await running();
    const { run } = bench.store;
    const full = jest.spyOn(bench.store, 'run').mockImplementation(function (this: unknown, sql, ...values) {
      if (!sql.includes('notices')) return run.call(bench.store, sql, ...values);
      bench.store.refusals++;
      return Promise.reject(new Error('database or disk is full'));
    });
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation();
    bench.store.refusals++;
    health = { reachable: false, since: bench.clock.now(), problem: 'gone' };
    await bench.clock.advance(2 * MINUTE);
    expect(await alerts()).toEqual([]);
    expect(error.mock.calls).toEqual([[expect.stringContaining('The disk of the journal is full')]]);
    full.mockRestore();
    await bench.clock.advance(MINUTE);
    expect(await alerts()).toEqual([
      expect.stringContaining('Docker has not been reachable'),
      expect.stringMatching(/The disk of my journal was full for \dm/),
    ]);
    error.mockRestore();
  });
});
