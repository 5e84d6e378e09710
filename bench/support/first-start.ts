import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { ChatPerson } from '../../test/support/chat-person';
import { freePort } from '../../src/shared/free-port';
import { atExit } from './at-exit';
import { pause, stamp, until } from './clock';

const WITHIN_MS = 8 * 60_000;
const LOOK_EVERY_MS = 100;

interface Status {
  preparing?: { step: string };
  engine_problem?: unknown;
  cores?: { kind: string }[];
}

/** `npm start` in a folder that holds nothing but the clone, watched until a person has an answer. */
export class FirstStart {
  /** Seconds, by step, in their order. */
  readonly steps: [string, number][] = [];
  /** Seconds. */
  longestSilence = 0;
  private output = '';
  private readonly begun = stamp();
  private lastSign = this.begun;
  private lastStatus = '';
  /** From here on the answer itself is what a person sees. */
  private answered = false;
  private step?: { name: string; since: number };

  private constructor(
    private readonly child: ChildProcess,
    private readonly apiUrl: string,
    private readonly chatUrl: string,
    private readonly say: (line: string) => void,
  ) {
    const hear = (chunk: Buffer): void => {
      this.output += chunk.toString();
      this.sign();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
  }

  static async run(clone: string, npmCache: string, say: (line: string) => void): Promise<FirstStart> {
    const [api, chat] = [await freePort(), await freePort()];
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn('npm', ['start'], {
      cwd: clone,
      // A group of its own, so that the end is the end of all of it.
      detached: true,
      env: {
        PATH,
        HOME,
        npm_config_cache: npmCache,
        RDZEN_PORT: String(api),
        RDZEN_CHAT_PORT: String(chat),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.once(
      'exit',
      atExit(() => endGroup(child.pid, 'SIGKILL')),
    );
    const start = new FirstStart(child, `http://127.0.0.1:${api}`, `http://127.0.0.1:${chat}`, say);
    try {
      await start.watch();
    } finally {
      await start.end();
    }
    return start;
  }

  private async watch(): Promise<void> {
    const watching = { over: false };
    const looking = this.look(watching);
    try {
      await until('the page is up', () => this.up(), { withinMs: WITHIN_MS });
      const up = stamp();
      for (const [name, pattern] of [
        ['packages', /Installing packages.*?done in ([\d.]+) s/s],
        ['build', /Building .*?done in ([\d.]+) s/s],
      ] as const)
        this.steps.push([name, Number(pattern.exec(this.output)?.[1])]);
      this.steps.push(['npm start to the page', (up - this.begun) / 1000]);
      await this.ask();
    } finally {
      watching.over = true;
      await looking;
    }
  }

  private async ask(): Promise<void> {
    const person = await ChatPerson.enter(this.chatUrl, 'Ann');
    try {
      const room = await person.direct();
      await person.say(room, 'What is the sea? Answer in one sentence.');
      const words = (): string | undefined =>
        person.seen.find(({ username, text }) => username === 'system-bot' && !/^(⚠️|🔀|⏳)/u.test(text))
          ?.text;
      await until('the first words', () => words() !== undefined, { withinMs: WITHIN_MS });
      const first = stamp();
      this.sign();
      this.answered = true;
      await person.waitForAnswers(room, 1, WITHIN_MS);
      const status = await this.status();
      const real = status?.cores?.every(({ kind }) => kind !== 'scripted') ?? false;
      const what = real ? 'answer' : 'answer, of a scripted core (no model could be had)';
      this.closeStep();
      this.steps.push([`npm start to the first words of the ${what}`, (first - this.begun) / 1000]);
      this.steps.push([`npm start to the whole ${what}`, (stamp() - this.begun) / 1000]);
    } finally {
      person.leave();
    }
  }

  private async up(): Promise<boolean> {
    if (this.child.exitCode !== null) throw new Error(`npm start ended:\n${this.output.slice(-2_000)}`);
    if (!this.output.includes('Rdzen is up.')) return false;
    return fetch(this.chatUrl).then(
      (response) => response.ok,
      () => false,
    );
  }

  /** Follows what the program tells of its preparations. */
  private async look(watching: { over: boolean }): Promise<void> {
    for (; !watching.over; await pause(LOOK_EVERY_MS)) {
      const status = await this.status();
      const told = JSON.stringify(status?.preparing ?? {});
      if (told !== this.lastStatus) this.sign();
      this.lastStatus = told;
      const step = status?.preparing?.step;
      if (step === this.step?.name) continue;
      this.closeStep();
      if (step !== undefined) this.step = { name: step, since: stamp() };
    }
  }

  private closeStep(): void {
    if (!this.step) return;
    const { name, since } = this.step;
    this.step = undefined;
    const seconds = (stamp() - since) / 1000;
    // A step may come again, as the check does after each thing that was fetched.
    const before = this.steps.find(([step]) => step === `preparing: ${name}`);
    if (before) before[1] += seconds;
    else this.steps.push([`preparing: ${name}`, seconds]);
    this.say(`preparing: ${name}, ${seconds.toFixed(1)} s`);
  }

  private sign(): void {
    if (this.answered) return;
    const now = stamp();
    this.longestSilence = Math.max(this.longestSilence, (now - this.lastSign) / 1000);
    this.lastSign = now;
  }

  private async status(): Promise<Status | undefined> {
    return fetch(`${this.apiUrl}/status`)
      .then((response) => response.json() as Promise<Status>)
      .catch(() => undefined);
  }

  private async end(): Promise<void> {
    const { pid } = this.child;
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, 'exit');
    endGroup(pid, 'SIGTERM');
    const timer = setTimeout(() => endGroup(pid, 'SIGKILL'), 15_000);
    await ended;
    // npm may leave before what it started.
    await pause(2_000);
    endGroup(pid, 'SIGKILL');
    clearTimeout(timer);
  }
}

function endGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (leader !== undefined) process.kill(-leader, signal);
  } catch {
    // Nothing of it is left.
  }
}
