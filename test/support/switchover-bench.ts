import { Logger } from '@nestjs/common';
import type { GenerationResult } from '../../src/generation/generation.types';
import type { Switchover, SwitchoverState, SwitchoverWish } from '../../src/failover/switchover';
import { CoreBench, type Answering, type BenchOptions } from './core-bench';

/** What every core answers: 120 words at 50 ms, which takes six seconds. */
export const LONG = Array.from({ length: 120 }, (_, index) => `word${index}`).join(' ');

/** A bench whose cores write long answers and go on with each other's, and what tests of switchovers do with it. */
export class SwitchoverBench {
  private readonly asked: Answering[] = [];

  private constructor(readonly bench: CoreBench) {}

  static async running(options: BenchOptions = {}): Promise<SwitchoverBench> {
    Logger.overrideLogger(false);
    const bench = await CoreBench.running({ slots: 4, ...options });
    for (const { id } of bench.registry.all()) {
      bench.core(id).answer = () => LONG;
      bench.registry.update(id, { continues: true });
    }
    return new SwitchoverBench(bench);
  }

  get active(): number {
    return this.bench.registry.active.id;
  }

  get epoch(): number {
    return this.bench.registry.epoch;
  }

  /** From core 1 to core 2 unless told otherwise. */
  begin(wish: Partial<SwitchoverWish> = {}): Promise<Switchover> {
    return this.bench.during(this.bench.switchovers.begin({ from: 1, to: 2, by: 'api:key1', ...wish }));
  }

  force(to: number): Promise<Switchover> {
    return this.begin({ from: undefined, to, forced: true });
  }

  cancel(id: string): Promise<Switchover> {
    return this.bench.during(this.bench.switchovers.cancel(id, 'api:key9'));
  }

  /** An answer that has begun. */
  async ask(text = 'old'): Promise<Answering> {
    const answering = await this.bench.answering(text);
    this.asked.push(answering);
    await this.bench.clock.advance(500);
    return answering;
  }

  finish({ result }: Answering): Promise<GenerationResult> {
    return this.bench.during(result);
  }

  until(operation: Switchover, state: SwitchoverState): Promise<number> {
    return this.bench.timeUntil(() => operation.state === state, 60_000);
  }

  /** Its last proof is too old to be relied on; a probe of it takes as long as given. */
  unproven(id: number, probeMs = 50): void {
    this.bench.registry.update(id, { provenAt: this.bench.clock.monotonic() - 61_000 });
    this.bench.core(id).firstTokenMs = probeMs;
  }

  /** The store refuses the next transaction. */
  diskFull(): void {
    jest.spyOn(this.bench.store, 'transaction').mockRejectedValueOnce(new Error('disk is full'));
  }

  async fall(id: number): Promise<void> {
    this.bench.core(id).kill();
    await this.bench.timeUntil(() => this.bench.state(id) === 'down', 5_000);
  }

  /** Nothing may be left behind: no operation, no condition, no timer, no failed listener. */
  async end(): Promise<void> {
    const { bench } = this;
    for (const { abort, result } of this.asked) {
      abort.abort(new Error('the test is over'));
      await bench.during(result);
    }
    for (const { id } of bench.registry.all()) bench.core(id).resume();
    await bench.end();
    expect(bench.switchovers.running).toBeUndefined();
    expect(bench.registry.cluster.has('switching')).toBe(false);
    expect(bench.clock.timers).toBe(0);
    expect(bench.bus.failures).toBe(0);
    await bench.store.close();
    jest.restoreAllMocks();
  }
}
