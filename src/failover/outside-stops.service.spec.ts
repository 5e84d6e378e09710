import { Logger } from '@nestjs/common';
import { CoreBench } from '../../test/support/core-bench';
import type { ContainerEngine } from '../containers/container-engine';
import { OutsideStops } from './outside-stops.service';

describe(OutsideStops.name, () => {
  let bench: CoreBench;
  let sut: OutsideStops;
  const stopped = (outside?: true): void => {
    bench.engine.infos.set('core1', { state: 'stopped' });
    bench.engine.tell({ type: 'stopped', name: 'core1', at: 0, ...(outside ? { outside } : {}) });
  };
  const held = (): string | undefined => bench.view(1).conditions.get('stopped')?.by;

  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(async () => {
    bench = await CoreBench.running({ engine: true });
    sut = new OutsideStops(bench.registry, bench.engine as unknown as ContainerEngine);
    await sut.start();
  });
  afterEach(async () => {
    sut.stop();
    await bench.end();
  });

  it('keeps stopped what somebody stopped in Docker, until it is started there', async () => {
    stopped(true);
    expect(held()).toBe('engine');
    await bench.clock.advance(120_000);
    expect(bench.engine.asked).toEqual([]);
    bench.engine.tell({ type: 'started', name: 'core1', at: 0 });
    await bench.clock.advance(10);
    expect(held()).toBeUndefined();
  });

  it('is no part of a stop of our own', () => {
    stopped();
    expect(held()).toBeUndefined();
  });

  it('leaves the word of an administrator of ours alone', async () => {
    await bench.registry.holds.set(1, 'stopped', { by: 'api:k', reason: 'x' });
    stopped(true);
    bench.engine.tell({ type: 'started', name: 'core1', at: 0 });
    await bench.clock.advance(10);
    expect(held()).toBe('api:k');
  });

  it('takes back at the start what runs again meanwhile, and keeps what does not', async () => {
    for (const id of [1, 2]) await bench.registry.holds.set(id, 'stopped', { by: 'engine', reason: 'x' });
    bench.engine.infos.set('core1', { state: 'running' });
    bench.engine.infos.set('core2', { state: 'exited' });
    await new OutsideStops(bench.registry, bench.engine as unknown as ContainerEngine).start();
    expect(held()).toBeUndefined();
    expect(bench.view(2).conditions.has('stopped')).toBe(true);
  });
});
