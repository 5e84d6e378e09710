import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Job, Told } from './run-process';
import type { RunOptions } from './run-seed';

interface Waiting {
  done(told: Told): void;
  fail(error: Error): void;
}

/** Runs of the simulation shared out among processes of their own, a seed at a time. */
export class RunPool {
  private readonly idle: ChildProcess[] = [];
  private readonly busy = new Map<ChildProcess, Waiting>();
  private readonly asked: { job: Job; waiting: Waiting }[] = [];
  private problem?: Error;

  constructor(readonly size: number) {
    for (let each = 0; each < size; each++) this.idle.push(this.begin());
  }

  run(seed: number, options: RunOptions): Promise<Told> {
    return new Promise((done, fail) => {
      if (this.problem) return fail(this.problem);
      this.asked.push({ job: { seed, options }, waiting: { done, fail } });
      this.next();
    });
  }

  close(): void {
    for (const child of [...this.idle, ...this.busy.keys()]) {
      child.removeAllListeners('exit');
      child.kill('SIGKILL');
    }
  }

  private begin(): ChildProcess {
    const child = fork(join(__dirname, 'run-process.ts'), {
      execArgv: ['--require', join(__dirname, 'typescript.cjs')],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.on('message', (told: Told) => {
      const waiting = this.busy.get(child);
      this.busy.delete(child);
      this.idle.push(child);
      this.next();
      waiting?.done(told);
    });
    child.on('exit', (code, signal) =>
      this.broken(new Error(`a process of the simulation ended: ${signal ?? code}`)),
    );
    return child;
  }

  private next(): void {
    while (this.asked.length > 0) {
      const child = this.idle.pop();
      const first = child && this.asked.shift();
      if (!first) return;
      this.busy.set(child, first.waiting);
      child.send(first.job);
    }
  }

  private broken(problem: Error): void {
    this.problem = problem;
    for (const { fail } of [...this.busy.values(), ...this.asked.map(({ waiting }) => waiting)])
      fail(problem);
    this.asked.length = 0;
  }
}
