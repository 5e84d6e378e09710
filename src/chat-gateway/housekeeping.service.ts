import { Injectable, Logger } from '@nestjs/common';
import { CoreHistory } from '../core-registry/core-history';
import { RepairJournal } from '../failover/repair/repair-journal';
import { NoticeJournal } from '../journal/notice-journal';
import { QuestionJournal } from '../journal/question-journal';
import { Clock, type Timer } from '../shared/clock';
import { ToolCallJournal } from '../tools/tool-call-journal';

const EVERY_MS = 3_600_000;
const FIRST_MS = 60_000;
/** Between two slices of what is forgotten, so that people's questions come first. */
const BREATH_MS = 50;

/** Forgets, every hour, what the journal need not keep any longer. */
@Injectable()
export class Housekeeping {
  private readonly logger = new Logger(Housekeeping.name);
  private timer?: Timer;
  private working: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly questions: QuestionJournal,
    private readonly notices: NoticeJournal,
    private readonly history: CoreHistory,
    private readonly repairs: RepairJournal,
    private readonly toolCalls: ToolCallJournal,
    private readonly clock: Clock,
  ) {}

  start(): void {
    this.schedule(FIRST_MS);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.cancel();
    await this.working;
  }

  private schedule(ms: number): void {
    if (this.stopped) return;
    this.timer = this.clock.after(ms, () => {
      this.working = this.tidy().finally(() => this.schedule(EVERY_MS));
    });
  }

  private async tidy(): Promise<void> {
    try {
      while (!this.stopped && (await this.questions.prune())) await this.clock.sleep(BREATH_MS);
      await this.notices.prune();
      await this.history.prune();
      await this.repairs.prune();
      await this.toolCalls.prune();
    } catch (error) {
      this.logger.error(`Pruning the journal failed: ${String(error)}`);
    }
  }
}
