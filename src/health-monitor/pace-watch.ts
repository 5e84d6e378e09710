import { Injectable, Logger } from '@nestjs/common';
import { CoreRegistry } from '../core-registry/core-registry';
import '../core-registry/core-registry.events';
import type { Core } from '../core-registry/core.types';
import { PaceBaselines } from '../core-registry/pace-baselines';
import { EventBus } from '../events/event-bus';
import { Clock, type Timer } from '../shared/clock';
import { isBack, isSlow, PaceJudge } from './pace-judge';
import { TiltWatch } from './tilt-watch';

const LOOK_MS = 1_000;
/** A slow core that nobody asks anything is measured so often, to see whether it is well again. */
const MEASURE_EVERY_MS = 30_000;

/** Learns how fast each core normally writes, and holds one as degraded while it falls far below that. */
@Injectable()
export class PaceWatch {
  private readonly logger = new Logger(PaceWatch.name);
  private readonly judges = new Map<number, PaceJudge>();
  /** Monotonic ms at which a core became slow, or was last asked to be measured. */
  private readonly slowAt = new Map<number, number>();
  private readonly measuredAt = new Map<number, number>();
  private unsubscribe?: () => void;
  private timer?: Timer;

  constructor(
    private readonly registry: CoreRegistry,
    private readonly baselines: PaceBaselines,
    private readonly tilt: TiltWatch,
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {}

  async start(): Promise<void> {
    await this.baselines.open();
    this.unsubscribe = this.bus.on('core.answer-written', ({ coreId, tokensPerSecond }) =>
      this.learn(this.registry.known(coreId), tokensPerSecond),
    );
    this.schedule();
  }

  async stop(): Promise<void> {
    this.unsubscribe?.();
    this.timer?.cancel();
    await this.baselines.close();
  }

  private schedule(): void {
    this.timer = this.clock.after(LOOK_MS, () => {
      for (const core of this.registry.all()) this.look(core);
      this.schedule();
    });
  }

  private learn(core: Core, tokensPerSecond: number): void {
    const normal = this.baselines.of(core);
    const slow = normal !== undefined && isSlow(tokensPerSecond, normal);
    if (slow || core.conditions.has('degraded') || this.judgeOf(core).doubtful) return;
    this.baselines.learn(core, tokensPerSecond);
  }

  private look(core: Core): void {
    const judge = this.judgeOf(core);
    if (core.state !== 'ready' || this.tilt.tilted) {
      judge.reset();
      return;
    }
    const at = this.clock.monotonic();
    const normal = this.baselines.of(core);
    const verdict = judge.look({ ...this.registry.paces.written(core.id), at }, normal);
    if (verdict) this.registry.update(core.id, { pace: { tokensPerSecond: verdict.pace, at } });
    if (core.conditions.has('degraded')) this.review(core, normal);
    else if (verdict?.slow && normal !== undefined) this.degrade(core, verdict.pace, normal);
  }

  private degrade(core: Core, pace: number, normal: number): void {
    this.slowAt.set(core.id, this.clock.monotonic());
    const reason = `it writes ${figure(pace)} tokens a second; its normal is ${figure(normal)}`;
    this.logger.warn(`Core ${core.id} is slow: ${reason}`);
    void this.registry.holds.set(core.id, 'degraded', { by: 'automatic', reason });
  }

  private review(core: Core, normal: number | undefined): void {
    const { pace } = core;
    const fresh = pace && pace.at > (this.slowAt.get(core.id) ?? 0) ? pace.tokensPerSecond : undefined;
    // What is normal is not known where the model or the threads have changed meanwhile.
    if (normal === undefined || (fresh !== undefined && isBack(fresh, normal))) {
      const reason =
        fresh === undefined ? 'its normal speed is not known' : `it writes ${figure(fresh)} tokens a second`;
      this.logger.log(`Core ${core.id} is no longer slow: ${reason}`);
      void this.registry.holds.lift(core.id, 'degraded', 'automatic', reason);
      this.judgeOf(core).reset();
      return;
    }
    this.measure(core);
  }

  /** In a quiet moment of its host: a measurement takes processor time from whoever answers there. */
  private measure(core: Core): void {
    const now = this.clock.monotonic();
    const quiet = this.registry.all().every(({ host, inFlight }) => host !== core.host || inFlight === 0);
    if (!quiet || now - (this.measuredAt.get(core.id) ?? -Infinity) < MEASURE_EVERY_MS) return;
    this.measuredAt.set(core.id, now);
    this.bus.emit('core.pace-wanted', { coreId: core.id });
  }

  private judgeOf({ id }: Core): PaceJudge {
    const judge = this.judges.get(id) ?? new PaceJudge();
    this.judges.set(id, judge);
    return judge;
  }
}

function figure(tokensPerSecond: number): string {
  return (Math.round(tokensPerSecond * 10) / 10).toString();
}
