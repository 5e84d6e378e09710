import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OwnerMarks } from '../../src/containers/owner-marks';
import { killProcess, processesWith } from '../../src/containers/process-table';
import type { Random } from '../../src/shared/random';
import { SeededRandom } from '../../test/support/seeded-random';
import { pause, until } from '../support/clock';
import { brokenBounds } from './bounds';
import { Burners } from './burners';
import { check } from './checker';
import { Faults } from './faults';
import { SupervisedGateway } from './gateway';
import { JournalNotes } from './journal-notes';
import { Ledger } from './ledger';
import { Load } from './load';
import { Observer } from './observer';
import type { Wishes } from './options';
import type { FaultCount, Facts } from './outcome';
import { evenSchedule, mixedSchedule, stressSchedule, type FaultKind, type PlannedFault } from './schedule';
import { Town } from './town';

/** A core's pace, for each question a second: answers take 150 on average, so it is busy most of the time. */
const TOKENS_PER_QUESTION = 250;
const MINUTE_MS = 60_000;
const SEND_WITHIN_MS = 30_000;
const ANSWER_WITHIN_MS = 90_000;
/** Long enough for a second answer to show, if there were one. */
const SETTLE_MS = 3_000;
const BLOCK_MS = 5_000;
const TOLD_PROBLEMS = 20;

/** One run from its beginning to its end. What it starts is ended, whatever happens; the folder is the caller's. */
export class Soak {
  private readonly ledger = new Ledger();
  private readonly faultCounts = new Map<FaultKind, FaultCount>();
  private readonly problems: string[] = [];
  private readonly random: Random;
  private lastFault = 'none yet';
  private coresKilled = 0;

  constructor(
    private readonly wishes: Wishes,
    private readonly folder: string,
    private readonly say: (line: string) => void,
  ) {
    this.random = new SeededRandom(wishes.seed);
  }

  async run(): Promise<Facts> {
    const { rate, minutes, stress } = this.wishes;
    const settings = { tokensPerSecond: TOKENS_PER_QUESTION * rate };
    const gateway = await SupervisedGateway.start(this.folder, settings, (line) => this.tell(line));
    const town = await Town.open(gateway.chatUrl, rate, (text) => this.ledger.hear(text));
    const load = new Load(town, this.ledger, this.random);
    const observer = new Observer(gateway, this.ledger);
    const faults = new Faults(gateway);
    const burners = stress ? await Burners.start() : undefined;
    if (burners) this.tell(`busy processors: ${burners.what}`);
    const lines = setInterval(() => this.say(this.state(observer)), MINUTE_MS);
    observer.start();
    try {
      const lastsMs = minutes * MINUTE_MS;
      await Promise.all([load.ask(rate, lastsMs), this.harm(faults, this.plan(lastsMs))]);
      await burners?.end();
      await this.settle(gateway, faults, load);
      await observer.stop();
      const records = await town.readAll();
      town.leave();
      await this.end(gateway);
      const journal = await JournalNotes.read(join(this.folder, 'data'));
      const verdict = check({ ...records, asked: this.ledger.asked, refused: journal.refused });
      for (const finding of verdict.findings.slice(0, TOLD_PROBLEMS))
        this.tell(
          `${finding.kind} ${finding.number ?? ''}: ${finding.detail}; journal: ${journal.of(finding.messageId)}`,
        );
      writeFileSync(join(this.folder, 'findings.json'), JSON.stringify(verdict.findings, undefined, 1));
      this.problems.push(...brokenBounds(this.wishes, observer, verdict));
      const { faultCounts, problems, coresKilled } = this;
      const { heldBack } = load;
      return {
        verdict,
        observer,
        faults: faultCounts,
        heldBack,
        lives: gateway.lives,
        coresKilled,
        problems,
      };
    } finally {
      clearInterval(lines);
      await burners?.end();
      town.leave();
      await this.end(gateway);
    }
  }

  private plan(lastsMs: number): PlannedFault[] {
    const { crashLoop, stress, faultEverySeconds, kinds, seed } = this.wishes;
    const everyMs = faultEverySeconds * 1000;
    if (stress) return stressSchedule(lastsMs, everyMs, BLOCK_MS);
    if (crashLoop !== undefined)
      return evenSchedule(lastsMs, crashLoop * 1000, { kind: 'core-kill', core: 1, forMs: 0 });
    // A source of its own, so that the plan does not depend on what is asked.
    return mixedSchedule(new SeededRandom(seed + 1), lastsMs, everyMs, kinds);
  }

  private async harm(faults: Faults, plan: readonly PlannedFault[]): Promise<void> {
    const begun = performance.now();
    for (const fault of plan) {
      await pause(Math.max(0, begun + fault.atMs - performance.now()));
      const struck = await faults.strike(fault);
      const count = this.faultCounts.get(fault.kind) ?? { struck: 0, missed: 0 };
      if (struck) count.struck++;
      else count.missed++;
      this.faultCounts.set(fault.kind, count);
      if (struck && fault.kind === 'core-kill') this.coresKilled++;
      if (struck && fault.kind === 'cores-kill') this.coresKilled += 2;
      this.lastFault = `${fault.kind}${fault.forMs > 0 ? ` for ${(fault.forMs / 1000).toFixed(1)} s` : ''}`;
      this.log(`${this.lastFault} (${fault.core})${struck ? '' : ': missed'}`);
    }
  }

  /** Everything is well again, and has the time that it may take. */
  private async settle(gateway: SupervisedGateway, faults: Faults, load: Load): Promise<void> {
    await faults.healAll();
    await gateway.ready().catch((error: Error) => this.problems.push(error.message));
    await load.finish(SEND_WITHIN_MS);
    await until('every question is answered', () => this.ledger.waiting.length === 0, {
      withinMs: ANSWER_WITHIN_MS,
      everyMs: 200,
    }).catch(() => this.tell(`${this.ledger.waiting.length} questions still wait`));
    await pause(SETTLE_MS);
  }

  /** The gateway ends in order, and leaves nothing behind. */
  private async end(gateway: SupervisedGateway): Promise<void> {
    if (gateway.closed) return;
    await gateway.close().catch((error: Error) => this.problems.push(error.message));
    this.problems.push(...gateway.ownEnds);
    const left = await processesWith(new OwnerMarks('', gateway.runFolder).ofThisFolder());
    for (const pid of left) killProcess(pid, 'SIGKILL');
    if (left.length > 0) this.problems.push(`${left.length} processes outlived the gateway`);
  }

  private state(observer: Observer): string {
    const { waiting, questions } = this.ledger;
    const oldest = Math.max(0, ...waiting.map(({ askedAt }) => (performance.now() - askedAt) / 1000));
    const struck = [...this.faultCounts.values()].reduce((sum, count) => sum + count.struck, 0);
    const memory = observer.memory.at(-1)?.value.toFixed(0) ?? '-';
    return `${questions} asked, ${questions - waiting.length} answered, ${waiting.length} waiting (oldest ${oldest.toFixed(1)} s); ${struck} faults, the last ${this.lastFault}; ${observer.automaticSwitches} switches; ${memory} MB`;
  }

  private tell(line: string): void {
    this.say(line);
    this.log(line);
  }

  private log(line: string): void {
    appendFileSync(join(this.folder, 'soak.log'), `${new Date().toISOString()} ${line}\n`);
  }
}
