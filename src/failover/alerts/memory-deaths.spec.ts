import { CoreBench } from '../../../test/support/core-bench';
import type { ContainerEngine, ContainerEvent } from '../../containers/container-engine';
import { Logger } from '@nestjs/common';
import { MemoryDeaths } from './memory-deaths';

describe(MemoryDeaths.name, () => {
  it('tells of a core once an hour, however its end is told, and of nobody else', async () => {
    Logger.overrideLogger(false);
    const bench = await CoreBench.create({ engine: true });
    const sut = new MemoryDeaths(
      bench.registry,
      bench.engine as unknown as ContainerEngine,
      bench.failoverNotices,
    );
    sut.start();
    const tell = async (event: ContainerEvent): Promise<void> => {
      bench.engine.tell(event);
      await bench.clock.advance(0);
    };
    await tell({ type: 'oom', name: 'core2', at: 1_000 });
    await tell({ type: 'died', name: 'core2', at: 1_100, oom: true, exitCode: 137, lastOutput: [] });
    await tell({ type: 'died', name: 'core1', at: 2_000, signal: 'SIGKILL', lastOutput: [] });
    await tell({ type: 'oom', name: 'somebody', at: 3_000 });
    await tell({ type: 'died', name: 'core2', at: 3_700_000, oom: true, lastOutput: [] });
    const told = await bench.store.all<{ key: string; text: string }>('SELECT key, text FROM notices');
    expect(told).toEqual([
      {
        key: 'alert:out-of-memory:2:0',
        text: expect.stringContaining('Core 2 was ended for the memory it took'),
      },
      { key: 'alert:out-of-memory:2:1', text: expect.any(String) },
    ]);
    sut.stop();
    expect(bench.engine.heard).toBe(false);
    await bench.end();
    await bench.store.close();
  });
});
