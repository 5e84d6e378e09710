import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** What a child program can be asked, by name. */
export type Calls = Record<string, (input: never) => unknown>;
type Input<C extends Calls, Name extends keyof C> = Parameters<C[Name]>[0];
type Output<C extends Calls, Name extends keyof C> = Awaited<ReturnType<C[Name]>>;

interface Question {
  number: number;
  name: string;
  input: unknown;
}
interface Reply {
  number: number;
  output?: unknown;
  problem?: string;
}

const END_WITHIN_MS = 5_000;

/** A program of bench/support in a process of its own, asked over its message channel. Ends when we do. */
export class Child<C extends Calls> {
  private number = 0;
  private readonly waiting = new Map<number, (reply: Reply) => void>();

  private constructor(private readonly process: ChildProcess) {
    process.on('message', (reply: Reply) => {
      this.waiting.get(reply.number)?.(reply);
      this.waiting.delete(reply.number);
    });
    process.on('exit', (code, signal) => {
      for (const [number, tell] of this.waiting) tell({ number, problem: `it ended (${signal ?? code})` });
      this.waiting.clear();
    });
  }

  /** @param program its file in bench/support */
  static start<C extends Calls>(program: string, nodeOptions: readonly string[] = []): Child<C> {
    const { PATH = '', HOME = '' } = process.env;
    const hook = join(__dirname, 'typescript.cjs');
    return new Child<C>(
      fork(join(__dirname, program), [], {
        execArgv: ['--require', hook, ...nodeOptions],
        env: { PATH, HOME, NODE_ENV: 'test' },
        serialization: 'advanced',
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      }),
    );
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  ask<Name extends keyof C & string>(name: Name, input: Input<C, Name>): Promise<Output<C, Name>> {
    return new Promise((resolve, reject) => {
      const question: Question = { number: ++this.number, name, input };
      this.waiting.set(question.number, ({ output, problem }) => {
        if (problem === undefined) resolve(output as Output<C, Name>);
        else reject(new Error(`${name}: ${problem}`));
      });
      if (this.process.connected) this.process.send(question);
      else this.waiting.get(question.number)?.({ number: question.number, problem: 'it has ended' });
    });
  }

  async end(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    if (this.process.connected) this.process.disconnect();
    const timer = setTimeout(() => this.process.kill('SIGKILL'), END_WITHIN_MS);
    await ended;
    clearTimeout(timer);
  }
}

/** In the child: answers what it is asked, until its parent leaves. */
export function serve<C extends Calls>(calls: C, leave: () => Promise<void> = () => Promise.resolve()): void {
  process.on('message', ({ number, name, input }: Question) => {
    const call = calls[name] as ((input: unknown) => unknown) | undefined;
    Promise.resolve()
      .then(() => {
        if (!call) throw new Error(`there is no call ${name}`);
        return call(input);
      })
      .then(
        (output) => process.send?.({ number, output }),
        (error: unknown) =>
          process.send?.({ number, problem: error instanceof Error ? (error.stack ?? '') : String(error) }),
      );
  });
  // Meant for all of us where it comes from the terminal; our parent hears it too, and its end is ours.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.on('disconnect', () => {
    // A child that cannot end in order ends all the same.
    setTimeout(() => process.exit(1), END_WITHIN_MS - 500).unref();
    void leave().finally(() => process.exit(0));
  });
}
