import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { CompiledEngine } from './compiled-engine';
import { endForCertain, eventually } from './processes';

type Line = { type: string; pid?: number; name?: string; reaper?: number; family?: number[] };

/** A real process with a real engine in it, to be killed. */
export class Host {
  readonly lines: Line[] = [];
  readonly errors: string[] = [];
  readonly firstOutput: Promise<void>;
  private readonly exited: Promise<number | null>;

  private constructor(private readonly child: ChildProcess) {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (line.startsWith('{')) this.lines.push(JSON.parse(line) as Line);
    });
    child.stderr!.on('data', (chunk: Buffer) => this.errors.push(chunk.toString()));
    this.firstOutput = new Promise((resolve) => child.stdout!.once('data', () => resolve()));
    this.exited = new Promise((resolve) => child.once('exit', resolve));
  }

  /** @param casts such as `core1=child,stray`. */
  static launch(build: CompiledEngine, runDir: string, casts: string[]): Host {
    const program = join(__dirname, '../programs/host.cjs');
    return new Host(
      spawn(process.execPath, [program, build.dir, runDir, ...casts], {
        stdio: ['pipe', 'pipe', 'pipe'],
        env: { PATH: process.env.PATH, HOME: process.env.HOME },
      }),
    );
  }

  /** Resolves once all actors run and have said who they are. */
  static async start(build: CompiledEngine, runDir: string, casts: string[]): Promise<Host> {
    const host = Host.launch(build, runDir, casts);
    await eventually('the host is ready', () => host.ready ?? host.failedEarly());
    return host;
  }

  get pid(): number {
    return this.child.pid!;
  }

  get reaper(): number {
    return this.ready!.reaper!;
  }

  /** Process ids of all actors and their relatives. */
  get family(): number[] {
    return this.ready!.family!;
  }

  async kill(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    return this.exited;
  }

  cleanUp(): void {
    endForCertain([
      this.pid,
      ...(this.ready?.family ?? []),
      ...(this.ready?.reaper ? [this.ready.reaper] : []),
    ]);
  }

  private get ready(): Line | undefined {
    return this.lines.find((line) => line.type === 'ready');
  }

  private failedEarly(): undefined {
    if (this.child.exitCode !== null) throw new Error(`The host ended at once: ${this.errors.join('')}`);
    return undefined;
  }
}
