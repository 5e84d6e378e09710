import { Injectable, Logger } from '@nestjs/common';
import { CallerNames } from '../access/caller-names';
import { CatalogueService } from '../component-registry/catalogue/catalogue.service';
import type { Language } from '../config/settings';
import { ComponentContainers } from '../containers/component-containers';
import { ContainerImages } from '../containers/container-images';
import { EventBus } from '../events/event-bus';
import { NoticeJournal } from '../journal/notice-journal';
import { Clock } from '../shared/clock';
import { Deadline } from '../shared/deadline';
import { Random } from '../shared/random';
import { RdzenError } from '../shared/rdzen-error';
import { within } from '../shared/within';
import { Store } from '../storage/store';
import { texts } from '../texts/texts';
import { ComponentRuntime } from '../tools/component-runtime';
import { ServiceRuntime } from '../tools/services/service-runtime';
import { inconclusive } from './inconclusive';
import { ReportLinks } from './report-links';
import { reportValues } from './report-values';
import { SandboxModel } from './sandbox-model';
import './sandbox.events';
import { runTrial } from './trial';
import { TrialJournal, type TrialRow } from './trial-journal';
import type { CheckResult, TrialReport } from './trial-report';
import { TrialScene, type TrialSubject } from './trial-scene';
import { notPacked, subjectOf } from './trial-subject';

export const MOST_AT_ONCE = 3;
const MOST_WAITING = 20;
/** From its turn to its report, the pull of the image included. */
const TRIAL_MS = 120_000;
const SWEEP_EVERY_MS = 60_000;
const PULL_TRIES = 2;
const STOPPING_MS = 10_000;

/** A trial that waits or runs. */
export interface OpenTrial {
  row: TrialRow;
  /** The last check that was answered. */
  check?: CheckResult;
  state: 'waiting' | 'running';
}

interface Job extends OpenTrial {
  subject: TrialSubject;
  abort: AbortController;
  done: Promise<void>;
}

export interface TrialWish {
  name: string;
  version?: string;
  askedBy: string;
  room?: { roomId: string; threadId?: string; language: Language };
}

/**
 * Trials of components of the catalogue: three at once, the others in the order in which they were asked for. Each ends
 * with a report that is kept, and told where it was asked for. Those that a restart broke off are inconclusive.
 */
@Injectable()
export class TrialsService {
  private readonly logger = new Logger('Trials');
  private readonly jobs: Job[] = [];
  private stopping = false;
  private sweeping?: Promise<void>;
  private timer?: { cancel(): void };

  constructor(
    private readonly catalogue: CatalogueService,
    private readonly journal: TrialJournal,
    private readonly containers: ComponentContainers,
    private readonly images: ContainerImages,
    private readonly runtime: ComponentRuntime,
    private readonly notices: NoticeJournal,
    private readonly links: ReportLinks,
    private readonly store: Store,
    private readonly bus: EventBus,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly model: SandboxModel,
    private readonly services: ServiceRuntime,
    private readonly names: CallerNames,
  ) {}

  /** Ends what an earlier life left open, and removes what it left running. */
  async start(): Promise<void> {
    const open = await this.journal.open();
    for (const row of open) {
      const message = 'Rdzen was restarted while it ran or waited. Begin it again.';
      await this.keep(row, inconclusive(row, { code: 'TRIAL_BROKEN_OFF', message }, this.clock.now()));
    }
    // An engine is asked for nothing by those who never tried anything.
    if (open.length > 0 || (await this.journal.latest(1)).length > 0) this.sweepRegularly();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.timer?.cancel();
    for (const { abort } of this.jobs)
      abort.abort(new RdzenError('TRIAL_OVER', 'Rdzen was stopped while it ran. Begin it again.'));
    const all = Promise.all(this.jobs.map(({ done }) => done));
    await within(this.clock, STOPPING_MS, 'trials', all).catch((error: unknown) =>
      this.logger.warn(`${String(error)}; the sweep of the next start removes what they leave`),
    );
  }

  /** Waiting and running, oldest first. */
  open(): readonly OpenTrial[] {
    return this.jobs;
  }

  latest(limit: number, component?: string): Promise<TrialRow[]> {
    return this.journal.latest(limit, component);
  }

  /** @throws RdzenError TRIAL_NOT_FOUND */
  async get(id: string): Promise<TrialRow> {
    const row = await this.journal.get(id);
    if (row) return row;
    throw new RdzenError(
      'TRIAL_NOT_FOUND',
      `There is no trial "${id.slice(0, 40)}". GET /api/v1/trials lists them; the last 500 are kept.`,
    );
  }

  report(id: string): Promise<TrialReport | undefined> {
    return this.journal.report(id);
  }

  /**
   * @returns the trial, and how many are before it
   * @throws RdzenError COMPONENT_NOT_FOUND, COMPONENT_NOT_PACKED, TOO_MANY_TRIALS, ENGINE_*
   */
  async begin({ name, version, askedBy, room }: TrialWish): Promise<{ row: TrialRow; waiting: number }> {
    await this.catalogue.opened();
    const entry = this.catalogue.get(name, version);
    const manifest = await this.catalogue.runnable(entry);
    if (!manifest) throw notPacked(entry.manifest, this.catalogue.packHint(entry.manifest));
    if (this.jobs.length >= MOST_AT_ONCE + MOST_WAITING)
      throw new RdzenError(
        'TOO_MANY_TRIALS',
        `${MOST_WAITING} trials wait already. Ask again when some are over, or stop one.`,
      );
    // Said at once, and not by a report that could tell nothing.
    await this.containers.engine();
    this.sweepRegularly();
    const askedByName = this.names.of(askedBy);
    const row: TrialRow = {
      id: this.random.id(6),
      component: manifest.name,
      title: manifest.title ?? manifest.name,
      version: manifest.version,
      askedBy,
      ...(askedByName === undefined ? {} : { askedByName }),
      askedAt: this.clock.now(),
      ...(room ? { room } : {}),
    };
    await this.journal.asked(row);
    const job: Job = {
      row,
      subject: subjectOf(row.id, manifest, entry),
      state: 'waiting',
      abort: new AbortController(),
      done: Promise.resolve(),
    };
    const waiting = Math.max(0, this.jobs.length - MOST_AT_ONCE + 1);
    this.jobs.push(job);
    this.next();
    return { row, waiting };
  }

  /**
   * Ends it, waiting or running, and waits until nothing of it is left.
   *
   * @throws RdzenError TRIAL_NOT_FOUND, TRIAL_OVER
   */
  async cancel(id: string, by: string): Promise<TrialRow> {
    const row = await this.get(id);
    const job = this.jobs.find((one) => one.row.id === id);
    if (!job || row.endedAt !== undefined)
      throw new RdzenError(
        'TRIAL_OVER',
        `Trial ${id} is over already. Its report stands at ${this.links.page(id)}.`,
      );
    const problem = { code: 'TRIAL_OVER' as const, message: `It was stopped by ${this.names.shown(by)}.` };
    job.abort.abort(new RdzenError(problem.code, problem.message));
    if (job.state === 'waiting') await this.finish(job, inconclusive(row, problem, this.clock.now()));
    else await job.done;
    return this.get(id);
  }

  private next(): void {
    if (this.stopping) return;
    const running = this.jobs.filter(({ state }) => state === 'running').length;
    const job = this.jobs.find(({ state }) => state === 'waiting');
    if (!job || running >= MOST_AT_ONCE) return;
    job.state = 'running';
    job.done = this.run(job).catch((error: unknown) =>
      this.logger.error(`Trial ${job.row.id} was not kept: ${String(error)}`),
    );
    this.next();
  }

  private async run(job: Job): Promise<void> {
    const { row, subject } = job;
    const { id, component, version } = row;
    this.bus.emit('trial.begun', { id, component, version, at: this.clock.now() });
    const startedAt = new Date(this.clock.now());
    const endsAt = this.clock.monotonic() + TRIAL_MS;
    const deadline = new Deadline(this.clock, TRIAL_MS, job.abort.signal);
    let report: TrialReport;
    try {
      await this.fetchImage(subject.image, deadline.signal);
      const scene = new TrialScene(
        subject,
        await this.containers.engine(),
        this.containers,
        this.runtime,
        this.clock,
        deadline.signal,
        TRIAL_MS,
        { model: this.model, endsAt, services: this.services },
      );
      report = await runTrial(scene, startedAt, ({ check, of }) => {
        job.check = check;
        this.bus.emit('trial.checked', { id, check, of, at: this.clock.now() });
      });
    } catch (error) {
      report = inconclusive(row, problemOf(error), startedAt.getTime());
    } finally {
      deadline.end();
    }
    await this.finish(job, report);
  }

  private async finish(job: Job, report: TrialReport): Promise<void> {
    this.jobs.splice(this.jobs.indexOf(job), 1);
    await this.keep(job.row, report);
    this.next();
  }

  /** The report and the message that tells it are one: neither is there without the other. */
  private async keep(row: TrialRow, report: TrialReport): Promise<void> {
    const key = `trial-${row.id}`;
    const { room } = row;
    const at = this.clock.now();
    await this.store.transaction(async (tx) => {
      await this.journal.ended(report, at, tx);
      if (!room) return;
      const text = texts(room.language).trialReport(reportValues(report, this.links.page(row.id)));
      await this.notices.write([{ key, roomId: room.roomId, threadId: room.threadId, text }], tx);
    });
    if (room) this.notices.announce(key);
    const { component, version } = row;
    this.bus.emit('trial.ended', { id: row.id, component, version, verdict: report.verdict, at });
    this.logger.log(`Trial ${row.id} of ${component} ${version}: ${report.verdict}`);
  }

  private async fetchImage(image: string, signal: AbortSignal): Promise<void> {
    for (let tries = 1; ; tries++)
      try {
        if (!(await this.images.inspect(image)))
          await this.images.pull(image, { withinMs: TRIAL_MS, signal });
        return;
      } catch (error) {
        if (signal.aborted || tries >= PULL_TRIES) throw error;
      }
  }

  private sweepRegularly(): void {
    if (this.timer || this.stopping) return;
    const again = (): void => {
      this.timer = this.clock.after(SWEEP_EVERY_MS, again);
      this.sweeping ??= this.containers
        .sweep()
        .then((removed) => {
          if (removed > 0) this.logger.warn(`Removed ${removed} things that earlier trials had left`);
        })
        // Without an engine there is nothing of ours to remove.
        .catch(() => undefined)
        .finally(() => (this.sweeping = undefined));
    };
    this.timer = this.clock.after(0, again);
  }
}

function problemOf(error: unknown): { code: string; message: string } {
  if (error instanceof RdzenError) return { code: error.code, message: error.message };
  return { code: 'TRIAL_BROKEN_OFF', message: error instanceof Error ? error.message : String(error) };
}
