import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import type { StreamName } from './frames';

/** Output that something outside its group keeps open is not waited for longer. */
const LAST_OUTPUT_MS = 200;

export interface ProcessHooks {
  /** @returns once it may write on */
  output(stream: StreamName, chunk: Buffer): Promise<void> | void;
  exited(code: number): void;
}

/** One life of a container: a process of this machine with a group of its own, which ends with its first member. */
export class ContainerProcess {
  private readonly child: ChildProcess;
  readonly pid: number;

  constructor(
    command: readonly string[],
    environment: readonly string[],
    stdin: boolean,
    hooks: ProcessHooks,
  ) {
    const [program = '', ...args] = command;
    const variables = environment.map((variable) => variable.split(/=(.*)/s).slice(0, 2) as [string, string]);
    this.child = spawn(program, args, {
      detached: true,
      env: {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        ...Object.fromEntries(variables),
      },
      stdio: [stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    });
    // A program that is not there shows as no pid; nothing else of it is needed.
    this.child.on('error', () => undefined);
    this.child.stdin?.on('error', () => undefined);
    this.pid = this.child.pid ?? 0;
    this.pass('stdout', this.child.stdout, hooks);
    this.pass('stderr', this.child.stderr, hooks);
    this.child.once('exit', (code, signal) => {
      // With the first process of a container all others go.
      this.send(-this.pid, 'SIGKILL');
      const ended = code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
      const late = setTimeout(() => tell(), LAST_OUTPUT_MS);
      const tell = (): void => {
        clearTimeout(late);
        this.child.off('close', tell);
        hooks.exited(ended);
      };
      this.child.once('close', tell);
    });
  }

  get stdin(): Writable | null {
    return this.child.stdin;
  }

  /** To the first process. */
  signal(signal: NodeJS.Signals): void {
    this.send(this.pid, signal);
  }

  freeze(): void {
    this.send(-this.pid, 'SIGSTOP');
  }

  thaw(): void {
    this.send(-this.pid, 'SIGCONT');
  }

  private pass(stream: StreamName, source: Readable | null, hooks: ProcessHooks): void {
    source?.on('data', (chunk: Buffer) => {
      const full = hooks.output(stream, chunk);
      if (!full) return;
      source.pause();
      void full.then(() => source.resume());
    });
  }

  private send(target: number, signal: NodeJS.Signals): void {
    if (this.pid === 0) return;
    try {
      process.kill(target, signal);
    } catch {
      // It has ended just now.
    }
  }
}
