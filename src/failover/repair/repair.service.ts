import { Injectable, Logger } from '@nestjs/common';
import { ContainerEngine, type ContainerInfo } from '../../containers/container-engine';
import { CoreRegistry } from '../../core-registry/core-registry';
import '../../core-registry/core-registry.events';
import { isOurs, requireOurs, type OwnCore } from '../own-core';
import { mayBeRepaired } from '../../core-registry/core-states';
import type { Core } from '../../core-registry/core.types';
import type { Timer } from '../../shared/clock';
import { Random } from '../../shared/random';
import { within } from '../../shared/within';
import { FailoverNotices } from '../failover-notices';
import { RepairJournal } from './repair-journal';
import {
  BUDGET,
  nextStep,
  SLOW_LANE_MS,
  symptomOf,
  waitAfter,
  type RepairStep,
  type Symptom,
} from './repair-ladder';
import { ModelBringer } from './model-bringer';
import { RepairPorts, RepairSteps } from './repair-steps';

const LOOK_MS = 1_000;
const WATCH_MS = 250;
/** A core must be ready so soon after a step, else the step did not help. */
const READY_WITHIN_MS = 60_000;
/** And so soon where its model is being loaded. */
const LOADED_WITHIN_MS = 300_000;
/** And so soon where only its model was taken out of memory. */
const PROVEN_WITHIN_MS = 6_000;
/** A core that stays ready this long is cured; one that falls again before goes on where the ladder stood. */
const CURED_MS = 60_000;
const GENTLE_MS = 30_000;
const ENGINE_MS = 10_000;
const LOOP_HOLD_MS = 60_000;
const LONGEST_LOOP_HOLD_MS = 15 * 60_000;

/** How far the ladder has been climbed for one core. */
interface Case {
  taken: Set<RepairStep>;
  /** Monotonic ms before which nothing is done. */
  notBefore: number;
  /** Nothing is left but to try again from time to time. */
  given: boolean;
  loops: number;
}

/** The parts a repair is made with. */
@Injectable()
export class RepairTools {
  constructor(
    readonly steps: RepairSteps,
    readonly journal: RepairJournal,
    readonly models: ModelBringer,
    readonly random: Random,
  ) {}
}

/**
 * The repair ladder: brings cores back that do not come back by themselves, mildest means first, one core at a time,
 * within a budget that outlives the process. It never touches a core that an administrator has stopped or maintains, and
 * nothing at all while the cluster is paused or our own clock cannot be trusted.
 */
@Injectable()
export class RepairService {
  private readonly logger = new Logger(RepairService.name);
  private readonly cases = new Map<number, Case>();
  /** Since when each core had been ready when its image was last noted as a good one. */
  private readonly noted = new Map<number, number | undefined>();
  private readonly ending = new AbortController();
  private readonly unsubscribe: (() => void)[] = [];
  private timer?: Timer;
  private working?: Promise<void>;

  constructor(
    private readonly registry: CoreRegistry,
    private readonly engine: ContainerEngine,
    private readonly tools: RepairTools,
    private readonly notices: FailoverNotices,
    private readonly ports: RepairPorts,
  ) {}

  start(): void {
    this.unsubscribe.push(
      this.ports.bus.on('core.state-changed', ({ to }) => {
        if (to === 'down') this.look();
      }),
    );
    this.schedule();
  }

  async stop(): Promise<void> {
    for (const end of this.unsubscribe.splice(0)) end();
    this.timer?.cancel();
    this.ending.abort(new Error('stopping'));
    await this.working;
  }

  /**
   * An administrator wants the core mended now: its budget is full again, and the ladder begins anew.
   *
   * @throws RdzenError CORE_NOT_FOUND, CORE_NOT_OURS
   */
  async mend(id: number, by: string): Promise<void> {
    const { id: core } = requireOurs(this.registry.get(id));
    this.logger.log(`Core ${core} is to be mended, by ${by}`);
    await this.tools.journal.refill(core);
    await this.registry.holds.lift(core, 'failed', by, 'to be mended again');
    this.cases.delete(core);
    this.look();
  }

  private schedule(): void {
    this.timer = this.ports.clock.after(LOOK_MS, () => {
      this.look();
      if (!this.ending.signal.aborted) this.schedule();
    });
  }

  private look(): void {
    if (this.ending.signal.aborted) return;
    this.working ??= this.work()
      .catch((error: unknown) => {
        if (!this.ending.signal.aborted) this.logger.error(`Repairing failed: ${String(error)}`);
      })
      .finally(() => (this.working = undefined));
  }

  private get held(): boolean {
    const { cluster } = this.registry;
    return cluster.has('paused') || cluster.has('tilted') || this.ending.signal.aborted;
  }

  private async work(): Promise<void> {
    await this.tools.journal.followClock();
    for (const core of this.inOrder()) {
      if (core.state === 'ready') await this.recovered(core);
      else if (!this.held) await this.consider(core);
    }
  }

  /** Where nothing answers, the core that is wanted comes first; else the one that has been ill for longest. */
  private inOrder(): Core[] {
    const active = (core: Core): number => Number(core.role === 'active');
    return this.registry.all().sort((a, b) => active(b) - active(a) || a.changedAt - b.changedAt);
  }

  private async recovered(core: Core): Promise<void> {
    const { cases, registry, ports } = this;
    for (const kind of ['repairing', 'failed'] as const)
      await registry.holds.lift(core.id, kind, 'automatic', 'it is ready');
    if (ports.clock.monotonic() - (core.readySince ?? Infinity) < CURED_MS) return;
    cases.delete(core.id);
    if (this.noted.get(core.id) === core.readySince) return;
    this.noted.set(core.id, core.readySince);
    const info = await this.inspect(core);
    if (info) await this.tools.journal.wasGood(core.id, info.imageId ?? info.image);
  }

  private async consider(core: Core): Promise<void> {
    const now = this.ports.clock.monotonic();
    if (!isOurs(core) || now < (this.cases.get(core.id)?.notBefore ?? 0)) return;
    // Fetched twice into one folder it would only come later.
    if (core.ailment === 'model-missing' && this.registry.preparation.pulling) return;
    const info = await this.inspect(core);
    const symptom = symptomOf(core, info, now - core.changedAt);
    if (!symptom || !info || this.held) return;
    await this.treat(core, symptom, info);
  }

  private async treat(core: OwnCore, symptom: Symptom, info: ContainerInfo): Promise<void> {
    const { journal, models } = this.tools;
    const course = this.cases.get(core.id) ?? { taken: new Set(), notBefore: 0, given: false, loops: 0 };
    this.cases.set(core.id, course);
    const image = await journal.lastGood(core.id, info.imageId ?? info.image);
    // Given up on it may still be cured by what cured it before, or by an administrator in the meantime.
    if (course.given) course.taken.clear();
    const step = nextStep(symptom, course.taken, (each) =>
      each === 'model' ? models.can(core) : each !== 'last-good' || image !== undefined,
    );
    if (!step || (!course.given && (await journal.spent(core.id)) >= BUDGET)) {
      await this.giveUp(core, course, step ? `${BUDGET} repairs within half an hour` : 'no repair helped');
      return;
    }
    if (symptom === 'crash-loop') await this.isolate(core, course);
    if (this.held) return;
    const { taken } = course;
    taken.add(step);
    const helped = await this.attempt(core, symptom, step, image);
    const wait = helped ? 0 : course.given ? SLOW_LANE_MS : waitAfter(taken);
    course.notBefore = this.ports.clock.monotonic() + this.tools.random.jitter(wait, 0.2);
  }

  /** @returns whether it is ready now. */
  private async attempt(
    core: OwnCore,
    symptom: Symptom,
    step: RepairStep,
    image: string | undefined,
  ): Promise<boolean> {
    const { journal, steps } = this.tools;
    const { id, reason } = core;
    const { signal } = this.ending;
    await this.registry.holds.set(id, 'repairing', { by: 'automatic', reason: `${step}: ${reason}` });
    const repair = await journal.begin(id, step, `${symptom}: ${reason}`);
    this.logger.warn(`Core ${id} is repaired: ${step} (${symptom}: ${reason})`);
    let outcome: string;
    try {
      await steps.take({ core, step, symptom, ...(step === 'last-good' ? { image } : {}) }, signal);
      outcome = await this.untilReady(core, step, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      outcome = `failed: ${error instanceof Error ? error.message : String(error)}`;
    }
    await journal.finish(repair, outcome);
    const helped = outcome === 'ready';
    this.logger.log(`Core ${id}: ${step} ${helped ? 'helped' : `did not help (${outcome})`}`);
    if (helped) {
      this.registry.update(id, { gentleUntil: this.ports.clock.monotonic() + GENTLE_MS });
      await this.registry.holds.lift(id, 'repairing', 'automatic', `${step} helped`);
    }
    return helped;
  }

  /** `ready`, or why not. */
  private async untilReady(core: Core, step: RepairStep, signal: AbortSignal): Promise<string> {
    const { clock } = this.ports;
    const begun = clock.monotonic();
    let rose = false;
    for (;;) {
      const { state, reason } = core;
      if (state === 'ready') return 'ready';
      if (state === 'down' && rose) return `down again: ${reason}`;
      rose ||= state === 'starting' || state === 'warming';
      const patience =
        step === 'unload' ? PROVEN_WITHIN_MS : state === 'warming' ? LOADED_WITHIN_MS : READY_WITHIN_MS;
      if (clock.monotonic() - begun >= patience) return `still ${state}: ${reason}`;
      // An administrator's word counts from the moment it is given.
      if (this.held || !mayBeRepaired(core)) return 'left alone, as asked for';
      await clock.sleep(WATCH_MS, signal);
    }
  }

  private async isolate(core: Core, course: Case): Promise<void> {
    course.loops++;
    const forMs = Math.min(LONGEST_LOOP_HOLD_MS, LOOP_HOLD_MS * 2 ** (course.loops - 1));
    await this.registry.holds.set(core.id, 'quarantined', {
      by: 'automatic',
      reason: `it dies again and again: ${core.reason}`,
      forMs,
    });
  }

  private async giveUp(core: Core, course: Case, why: string): Promise<void> {
    const first = !course.given;
    course.given = true;
    course.notBefore = this.ports.clock.monotonic() + SLOW_LANE_MS;
    await this.registry.holds.lift(core.id, 'repairing', 'automatic', why);
    if (!first || core.conditions.has('failed')) return;
    this.logger.error(`Core ${core.id} could not be repaired (${why}): ${core.reason}`);
    await this.registry.holds.set(core.id, 'failed', { by: 'automatic', reason: `${why}: ${core.reason}` });
    await this.notices.writeAlert(`failed:${core.id}:${core.since}`, (text) =>
      text.repairFailed({ core: core.id, reason: core.reason }),
    );
  }

  private async inspect({ container }: Core): Promise<ContainerInfo | undefined> {
    if (container === undefined) return undefined;
    return within(this.ports.clock, ENGINE_MS, 'the engine', this.engine.inspect(container));
  }
}
