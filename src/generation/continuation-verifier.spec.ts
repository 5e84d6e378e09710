import { Logger } from '@nestjs/common';
import { CoreBench } from '../../test/support/core-bench';
import { ContinuationVerifier } from './continuation-verifier';

describe(ContinuationVerifier.name, () => {
  let bench: CoreBench;
  let sut: ContinuationVerifier;

  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(async () => {
    bench = await CoreBench.create();
    sut = new ContinuationVerifier(bench.registry, bench.ollama, bench.profile, bench.bus, bench.clock);
    sut.start();
  });
  afterEach(async () => {
    await bench.during(sut.stop(), 1_000);
    expect(bench.clock.timers).toBe(0);
    await bench.store.close();
  });

  const ready = async (...ids: number[]): Promise<void> => {
    for (const id of ids) bench.registry.setState(id, 'ready', 'said so');
    await bench.clock.advance(1_000);
  };

  it('finds out whether a core continues, once per model: its twin shares the verdict', async () => {
    await ready(1, 2);
    expect([1, 2].map((id) => bench.view(id).continues)).toEqual([true, true]);
    expect([1, 2].map((id) => bench.core(id).count('render'))).toEqual([1, 0]);
    bench.registry.setState(1, 'down', 'x');
    await ready(1);
    expect(bench.core(1).count('render')).toBe(1);
  });

  it('says no where the template closes the turn', async () => {
    bench.core(1).continues = false;
    await ready(1);
    expect(bench.view(1).continues).toBe(false);
  });

  it('asks a core with another template itself', async () => {
    bench.core(2).template = 'another';
    bench.core(2).continues = false;
    await ready(1, 2);
    expect([1, 2].map((id) => bench.view(id).continues)).toEqual([true, false]);
  });

  it('does not ask what the model is where the watch of the core has just asked that', async () => {
    const details = await bench.during(bench.ollama.show('http://core1', 'm'));
    bench.registry.update(1, { served: details });
    const before = bench.core(1).count('show');
    await ready(1);
    expect(bench.view(1).continues).toBe(true);
    expect(bench.core(1).count('show')).toBe(before);
  });

  it('is done with a core that leaves before its verdict', async () => {
    const busy = bench.registry.occupy(2);
    await ready(2);
    bench.registry.leave(2);
    busy();
    bench.core(2).kill();
    const before = bench.core(2).calls.length;
    await bench.clock.advance(60_000);
    expect(bench.core(2).calls).toHaveLength(before);
    // One that shares its processors comes after it.
    await ready(1);
    expect(bench.view(1).continues).toBe(true);
  });

  it('asks anew where the model of a core that is ready has become another one', async () => {
    await ready(1);
    bench.core(1).replaceModel({ template: 'another' });
    bench.core(1).continues = false;
    bench.registry.update(1, { served: undefined, continues: undefined });
    await bench.clock.advance(1_000);
    expect(bench.view(1).continues).toBe(false);
  });

  it('waits while a person is answered on the same host', async () => {
    const release = bench.registry.occupy(2);
    await ready(1);
    await bench.clock.advance(60_000);
    expect(bench.core(1).count('render')).toBe(0);
    release();
    await bench.clock.advance(6_000);
    expect(bench.view(1).continues).toBe(true);
  });

  it('tries again after a failure, for as long as the core is ready', async () => {
    bench.core(1).freeze();
    await ready(1);
    await bench.clock.advance(10_000);
    expect(bench.view(1).continues).toBeUndefined();
    bench.core(1).resume();
    await bench.clock.advance(10_000);
    expect(bench.view(1).continues).toBe(true);
  });

  it('ends at once when it is stopped in the middle', async () => {
    bench.core(1).freeze();
    await ready(1);
    await bench.during(sut.stop(), 100);
    bench.core(1).resume();
  });
});
