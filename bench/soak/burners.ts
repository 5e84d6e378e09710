import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { atExit } from '../support/at-exit';

/** Keeps every processor busy, by stress-ng where it is, else by loops of Node. */
export class Burners {
  private constructor(
    readonly what: string,
    private readonly children: readonly ChildProcess[],
  ) {}

  static async start(): Promise<Burners> {
    const count = cpus().length;
    const stress = spawn('stress-ng', ['--cpu', String(count)], { stdio: 'ignore' });
    const found = await once(stress, 'spawn').then(
      () => true,
      () => false,
    );
    const loop = (): ChildProcess => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
    const children = found ? [stress] : Array.from({ length: count }, loop);
    for (const child of children)
      child.once(
        'exit',
        atExit(() => void child.kill('SIGKILL')),
      );
    return new Burners(found ? `stress-ng --cpu ${count}` : `${count} busy loops`, children);
  }

  async end(): Promise<void> {
    await Promise.all(
      this.children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = once(child, 'exit');
        // stress-ng ends its own children only where it may.
        child.kill(this.children.length > 1 ? 'SIGKILL' : 'SIGTERM');
        await ended;
      }),
    );
  }
}
