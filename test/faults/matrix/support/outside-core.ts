import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import type { Fault } from '../../../support/fakes/fake-core/fault';
import { FaultProxy } from '../../../support/fault-proxy';
import type { CoreOrder } from '../programs/core';
import type { CoreHandle } from './core-handle';

const HOOK = resolve('test/simulation/run/typescript.cjs');
const PROGRAM = join(__dirname, '../programs/core.ts');

/** A core that nobody but the test starts: a process of its own, behind a line that can be hurt. */
export class OutsideCore implements CoreHandle {
  private child?: ChildProcess;
  private url = 'http://127.0.0.1:1';
  line!: FaultProxy;
  private hurt = false;

  private constructor(
    readonly id: number,
    private readonly tokensPerSecond: number,
  ) {}

  static async start(id: number, tokensPerSecond: number): Promise<OutsideCore> {
    const core = new OutsideCore(id, tokensPerSecond);
    await core.run();
    core.line = await FaultProxy.start(() => core.url);
    return core;
  }

  get alive(): boolean {
    return this.child?.exitCode === null && this.child.signalCode === null;
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  async exit(): Promise<void> {
    await this.end(() => this.child?.send({ exit: 3 } satisfies CoreOrder));
  }

  async kill(): Promise<void> {
    await this.end(() => this.child?.kill('SIGKILL'));
  }

  /** What it answers from now on, and what it is answering, goes wrong so. */
  async strike(fault: Fault): Promise<void> {
    this.hurt = true;
    await this.order({ strike: fault });
  }

  /** Alive, well, and reached. */
  async revive(): Promise<void> {
    this.signal('SIGCONT');
    if (!this.alive) await this.run();
    else if (this.hurt) await this.order({ heal: true });
    this.hurt = false;
    await this.line.heal();
  }

  async close(): Promise<void> {
    await this.kill();
    await this.line.close();
  }

  private async run(): Promise<void> {
    const { PATH = '', HOME = '' } = process.env;
    const child = fork(PROGRAM, [String(this.tokensPerSecond)], {
      execArgv: ['--require', HOOK],
      env: { PATH, HOME, NODE_ENV: 'test' },
    });
    this.child = child;
    const [{ url }] = (await once(child, 'message')) as [{ url: string }];
    this.url = url;
  }

  private async order(order: CoreOrder): Promise<void> {
    if (!this.child) return;
    const done = once(this.child, 'message');
    this.child.send(order);
    await done;
  }

  private async end(how: () => void): Promise<void> {
    if (!this.child || !this.alive) return;
    const ended = once(this.child, 'exit');
    how();
    await ended;
  }
}
