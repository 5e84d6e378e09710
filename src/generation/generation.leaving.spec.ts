import { Logger } from '@nestjs/common';
import { CoreBench, type Answering } from '../../test/support/core-bench';
import { LONG } from '../../test/support/switchover-bench';
import { GenerationService } from './generation.service';

describe(`${GenerationService.name}, where the core of an answer leaves`, () => {
  let bench: CoreBench;

  /** Core 1, which others take the place of, is out of the set at once. */
  const leave = async (): Promise<void> => {
    await bench.during(bench.registry.promote(2, { cause: 'x', evidence: 'x', by: 'api:key1' }));
    bench.registry.leave(1);
  };
  const asked = async (): Promise<Answering> => {
    for (const id of [1, 2]) bench.core(id).answer = () => LONG;
    return bench.answering();
  };

  beforeEach(async () => {
    Logger.overrideLogger(false);
    bench = await CoreBench.running();
  });
  afterEach(async () => {
    await bench.end();
    expect(bench.bus.failures).toBe(0);
    expect(bench.clock.timers).toBe(0);
    await bench.store.close();
  });

  it('takes the answer that ends there just then', async () => {
    const answering = await asked();
    await bench.clock.advance(2_000);
    await leave();
    const result = await bench.during(answering.result);
    expect(result).toMatchObject({ outcome: 'complete', text: LONG, attempt: { number: 1, coreId: 1 } });
  });

  it('goes on elsewhere where it was given time there', async () => {
    bench.core(1).faults.push({ afterCharacters: 0, kind: 'busy' });
    const answering = await asked();
    await bench.timeUntil(() => bench.view(1).turnedAway === 1, 1_000);
    await leave();
    const result = await bench.during(answering.result);
    expect(result).toMatchObject({ outcome: 'complete', text: LONG, attempt: { number: 2, coreId: 2 } });
  });
});
