import { Injectable, Logger } from '@nestjs/common';
import { Store } from '../storage/store';
import type { Core } from './core.types';
import { ModelProfile } from './model-profile';

/** What fewer answers say could be chance. */
const FEWEST_ANSWERS = 3;
/** How much a new answer counts among many. */
const WEIGHT = 1 / 20;
/** One that is further off than this counts as if it were that far off. */
const MOST_FACTOR = 2;
/** Written down at once while it is young, and then at every so many answers. */
const YOUNG = 5;
const EVERY = 10;

interface Baseline {
  tokensPerSecond: number;
  answers: number;
}

/**
 * How fast each core normally writes with the present model, learnt slowly from its answers and kept over restarts. What
 * shapes the speed belongs to the key: with other threads, another context or another machine it is learnt anew.
 */
@Injectable()
export class PaceBaselines {
  private readonly logger = new Logger(PaceBaselines.name);
  private readonly known = new Map<string, Baseline>();
  private writing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly store: Store,
    private readonly profile: ModelProfile,
  ) {}

  async open(): Promise<void> {
    const rows = await this.store.all<{
      core: number;
      model: string;
      setup: string;
      tokens_per_second: number;
      answers: number;
    }>('SELECT * FROM core_pace');
    for (const { core, model, setup, tokens_per_second: tokensPerSecond, answers } of rows)
      this.known.set(keyOf(core, model, setup), { tokensPerSecond, answers });
  }

  /** What was learnt is on disk when it resolves, if the disk takes it. */
  async close(): Promise<void> {
    await this.writing;
  }

  /** Tokens a second; undefined until there were enough answers. */
  of(core: Core): number | undefined {
    const baseline = this.known.get(this.key(core));
    return baseline && baseline.answers >= FEWEST_ANSWERS ? baseline.tokensPerSecond : undefined;
  }

  learn(core: Core, tokensPerSecond: number): void {
    const key = this.key(core);
    const before = this.known.get(key) ?? { tokensPerSecond, answers: 0 };
    const answers = before.answers + 1;
    const [least, most] = [before.tokensPerSecond / MOST_FACTOR, before.tokensPerSecond * MOST_FACTOR];
    const seen = Math.min(most, Math.max(least, tokensPerSecond));
    const weight = Math.max(1 / answers, WEIGHT);
    const learnt = {
      tokensPerSecond: before.tokensPerSecond + (seen - before.tokensPerSecond) * weight,
      answers,
    };
    this.known.set(key, learnt);
    if (answers <= YOUNG || answers % EVERY === 0) this.writing = this.write(core, learnt);
  }

  private async write(core: Core, { tokensPerSecond, answers }: Baseline): Promise<void> {
    try {
      await this.writing;
      await this.store.run(
        'INSERT OR REPLACE INTO core_pace (core, model, setup, tokens_per_second, answers) VALUES (?, ?, ?, ?, ?)',
        ...[core.id, this.profile.model, this.setup(core), tokensPerSecond, answers],
      );
    } catch (error) {
      this.logger.warn(`The normal speed of core ${core.id} was not written down: ${String(error)}`);
    }
  }

  private key(core: Core): string {
    return keyOf(core.id, this.profile.model, this.setup(core));
  }

  private setup({ kind, url, slots }: Core): string {
    const { num_thread: threads = 'own', num_ctx: context = 'own' } = this.profile.options;
    return `${kind === 'external' ? url : kind}, threads ${threads}, context ${context}, slots ${slots}`;
  }
}

function keyOf(core: number, model: string, setup: string): string {
  return JSON.stringify([core, model, setup]);
}
