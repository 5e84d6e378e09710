import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { CoreBench } from '../../../test/support/core-bench';
import { RepairService } from './repair.service';

describe(RepairService.name, () => {
  let bench: CoreBench;

  /** Two cores with containers; what is started anew is well again, unless a test says otherwise. */
  beforeEach(async () => {
    Logger.overrideLogger(false);
    bench = await CoreBench.create({ engine: true });
    for (const name of ['core1', 'core2'])
      bench.engine.infos.set(name, { image: 'core', state: 'running', deathsLastMinute: 0, pid: 7 });
    bench.engine.onRenewed = (name) => renewed(name);
    await bench.begin();
    bench.repairs.start();
    await bench.timeUntil(() => [1, 2].every((id) => bench.state(id) === 'ready'), 20_000);
  });
  afterEach(async () => {
    for (const { id } of bench.registry.all()) bench.core(id).resume();
    await bench.end();
    expect(bench.clock.timers).toBe(0);
    await bench.store.close();
  });

  const renewed = (name: string): void => {
    const core = bench.core(Number(name.slice(-1)));
    core.kill();
    core.restart();
  };
  const died = (id: number, deathsLastMinute = 1): void => {
    bench.core(id).kill();
    bench.engine.infos.set(`core${id}`, { image: 'core', state: 'waiting-to-restart', deathsLastMinute });
    bench.engine.tell({ type: 'died', name: `core${id}`, at: 0, exitCode: 1, lastOutput: [] });
  };
  const steps = async (id: number): Promise<string[]> =>
    (await bench.repairJournal.list(id, 50))
      .map(({ step, outcome }) => `${step}: ${outcome ?? 'open'}`)
      .reverse();
  const conditions = (id: number): string[] => [...bench.view(id).conditions.keys()];

  /** Folders are read in real time, in which virtual time stands still. */
  const untilReadyOnRealDisk = async (id: number): Promise<void> => {
    for (let left = 200; left > 0 && bench.state(id) !== 'ready'; left--) {
      await new Promise((done) => setTimeout(done, 2));
      await bench.clock.advance(500);
    }
    expect(bench.state(id)).toBe('ready');
  };

  it('starts a process that hangs anew, at once and without asking it to end, and it is ready within 20 s', async () => {
    bench.core(1).freeze();
    await bench.timeUntil(() => bench.changes.includes('1 down'), 6_000);
    await bench.timeUntil(() => bench.state(1) === 'ready', 14_000);
    expect(bench.engine.asked).toEqual(['restart core1 0']);
    await bench.clock.advance(1_000);
    expect(await steps(1)).toEqual(['restart: ready']);
    expect(conditions(1)).toEqual(['quarantined']);
    expect(bench.registry.active.id).toBe(2);
  });

  it('takes the model of a core that is stuck out of memory first, and that may be all', async () => {
    bench.core(2).unloadHelps = true;
    bench.core(2).runnerHung = true;
    await bench.timeUntil(() => bench.state(2) === 'down', 60_000);
    await bench.timeUntil(() => bench.state(2) === 'ready', 20_000);
    expect(bench.engine.asked).toEqual([]);
    await bench.clock.advance(1_000);
    expect(await steps(2)).toEqual(['unload: ready']);
  });

  it('and starts its process anew where that does not help, ready 20 s after it was found out', async () => {
    bench.core(2).runnerHung = true;
    await bench.timeUntil(() => bench.state(2) === 'down', 60_000);
    await bench.timeUntil(() => bench.state(2) === 'ready', 20_000);
    expect(bench.engine.asked).toEqual(['restart core2 0']);
    await bench.clock.advance(1_000);
    expect(await steps(2)).toEqual([expect.stringMatching(/^unload: still down/), 'restart: ready']);
  });

  it('writes one answer at a time on a core that is fresh from a repair, for half a minute', async () => {
    bench.core(2).freeze();
    await bench.timeUntil(() => bench.engine.asked.length > 0, 10_000);
    await bench.timeUntil(() => bench.state(2) === 'ready', 20_000);
    await bench.clock.advance(1_000);
    const core = { ...bench.view(2), slots: 4 };
    expect(bench.registry.slotsOf(core)).toBe(1);
    await bench.clock.advance(30_000);
    expect(bench.registry.slotsOf(core)).toBe(4);
  });

  it('leaves what merely died to its engine, and begins only when it stays away', async () => {
    died(2);
    await bench.clock.advance(58_000);
    expect(bench.engine.asked).toEqual([]);
    await bench.timeUntil(() => bench.engine.asked.length > 0, 5_000);
    expect(bench.engine.asked).toEqual(['restart core2 10000']);
  });

  it('makes a core anew that dies three times in a minute, and holds it back meanwhile', async () => {
    died(2, 3);
    await bench.timeUntil(() => bench.engine.asked.length > 0, 3_000);
    expect(bench.engine.asked).toEqual(['recreate core2']);
    expect(conditions(2)).toContain('quarantined');
    await bench.timeUntil(() => bench.state(2) === 'ready', 20_000);
  });

  it('climbs the ladder with growing pauses, then calls an administrator once and tries again every half hour', async () => {
    bench.engine.onRenewed = () => undefined;
    bench.core(2).freeze();
    await bench.timeUntil(() => conditions(2).includes('failed'), 30 * 60_000);
    expect(bench.engine.asked).toEqual(['restart core2 0', 'recreate core2']);
    expect(conditions(2)).not.toContain('repairing');
    const alerts = (): Promise<{ key: string; text: string }[]> =>
      bench.store.all("SELECT key, text FROM notices WHERE key LIKE 'alert:%'");
    expect(await alerts()).toEqual([
      {
        key: expect.stringMatching(/^alert:failed:2:/),
        text: expect.stringContaining('Core 2 could not be repaired'),
      },
    ]);
    bench.engine.asked.length = 0;
    await bench.clock.advance(25 * 60_000);
    expect(bench.engine.asked).toEqual([]);
    bench.engine.onRenewed = renewed;
    await bench.timeUntil(() => bench.state(2) === 'ready', 15 * 60_000);
    await bench.clock.advance(1_500);
    expect(conditions(2)).toEqual([]);
    expect(await alerts()).toHaveLength(1);
  });

  describe('of a core that lacks its model', () => {
    beforeEach(() => {
      for (const { id } of bench.registry.all()) bench.registry.update(id, { kind: 'ollama' });
      bench.core(2).installed = [];
    });

    it('brings it from the folder of a sibling that keeps its models elsewhere', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'rdzen-models-'));
      try {
        writeModel(folder, 'm');
        bench.registry.get(1).modelFolder = folder;
        bench.registry.get(2).modelFolder = join(folder, 'own');
        await bench.timeUntil(() => bench.state(2) === 'down', 15_000);
        await untilReadyOnRealDisk(2);
        expect(bench.core(2).count('importModel')).toBe(1);
        expect(bench.core(2).count('pull')).toBe(0);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    it('has it fetched where no sibling has it', async () => {
      await bench.timeUntil(() => bench.state(2) === 'down', 15_000);
      await untilReadyOnRealDisk(2);
      expect(bench.core(2).count('pull')).toBe(1);
      await bench.clock.advance(1_000);
      expect(await steps(2)).toEqual(['model: ready']);
    });

    it('leaves it to the fetching that goes on already', async () => {
      bench.registry.preparation.pulling = true;
      await bench.clock.advance(60_000);
      expect(await steps(2)).toEqual([]);
      bench.registry.preparation.pulling = undefined;
      await untilReadyOnRealDisk(2);
    });

    it('never has one of others fetch anything', async () => {
      bench.registry.update(2, { kind: 'external' });
      await bench.clock.advance(60_000);
      expect(bench.core(2).count('pull')).toBe(0);
      expect(bench.engine.asked).toEqual(['recreate core2']);
    });
  });

  it('makes at most five repairs in half an hour, over restarts as well', async () => {
    for (let times = 0; times < 5; times++) await bench.repairJournal.begin(2, 'restart', 'an earlier run');
    bench.core(2).freeze();
    await bench.timeUntil(() => conditions(2).includes('failed'), 10_000);
    expect(bench.engine.asked).toEqual([]);
    await bench.during(bench.repairs.mend(2, 'api:key1'));
    await bench.timeUntil(() => bench.state(2) === 'ready', 20_000);
    expect(bench.engine.asked).toEqual(['restart core2 0']);
    await bench.clock.advance(1_500);
    expect(conditions(2)).toEqual([]);
  });

  it.each(['paused', 'maintenance', 'stopped'] as const)(
    'does nothing while it is %s, and begins after that',
    async (kind) => {
      const subject = kind === 'paused' ? 0 : 2;
      await bench.during(bench.registry.holds.set(subject, kind, { by: 'api:key1', reason: 'said so' }));
      bench.core(2).freeze();
      await bench.clock.advance(120_000);
      expect(bench.engine.asked).toEqual([]);
      await bench.during(bench.registry.holds.lift(subject, kind, 'api:key1', 'done'));
      await bench.timeUntil(() => bench.state(2) === 'ready', 20_000);
    },
  );

  it('is not held up for ever by an engine that hangs, and failover not at all', async () => {
    bench.engine.hangs = true;
    bench.core(2).freeze();
    await bench.timeUntil(() => bench.engine.asked.length > 0, 10_000);
    bench.core(1).kill();
    bench.core(2).resume();
    await bench.timeUntil(() => bench.registry.active.id === 2, 30_000);
    await bench.timeUntil(() => conditions(2).length === 0, 60_000);
    expect(await steps(2)).toEqual([expect.stringMatching(/did not answer within 10 s/)]);
  });

  it('repairs one core at a time', async () => {
    bench.engine.onRenewed = () => undefined;
    for (const id of [2, 1]) bench.core(id).freeze();
    const counts: number[] = [];
    for (let left = 300; left > 0; left--) {
      await bench.clock.advance(100);
      const open = await bench.store.all('SELECT 1 FROM repairs WHERE finished_at IS NULL');
      counts.push(open.length);
    }
    expect(Math.max(...counts)).toBe(1);
    expect(new Set(bench.engine.asked)).toEqual(
      new Set(['restart core1 0', 'restart core2 0', 'recreate core1', 'recreate core2']),
    );
  });

  it('refuses to mend a core of others', async () => {
    bench.registry.get(2).container = undefined;
    await expect(bench.during(bench.repairs.mend(2, 'x'))).rejects.toMatchObject({ code: 'CORE_NOT_OURS' });
  });

  it('goes back to the image it was last well on where nothing else helps', async () => {
    await bench.repairJournal.wasGood(2, 'core:old');
    bench.engine.onRenewed = () => undefined;
    bench.core(2).freeze();
    await bench.timeUntil(() => bench.engine.asked.length === 3, 10 * 60_000);
    expect(bench.engine.asked).toEqual(['restart core2 0', 'recreate core2', 'recreate core2 core:old']);
  });
});

/** A model of four bytes, laid out as Ollama does. */
function writeModel(folder: string, name: string): void {
  const hex = 'a'.repeat(64);
  const manifest = join(folder, 'manifests', 'models.example', 'library', name);
  mkdirSync(manifest, { recursive: true });
  mkdirSync(join(folder, 'blobs'));
  writeFileSync(join(folder, 'blobs', `sha256-${hex}`), 'gguf');
  const layer = { mediaType: 'application/vnd.ollama.image.model', digest: `sha256:${hex}`, size: 4 };
  writeFileSync(join(manifest, 'latest'), JSON.stringify({ layers: [layer] }));
}
