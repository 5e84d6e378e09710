import { spawn, type ChildProcess } from 'node:child_process';
import type { Clock } from '../shared/clock';
import type { ContainerSpec } from './container-engine';
import { LaunchedProcess } from './launched-process';
import type { LineRing } from './line-ring';
import type { OwnerMarks } from './owner-marks';
import { groupLives, killGroup, killProcess, processesWith } from './process-table';
import type { ProgramResolver, ResolvedProgram } from './program-resolver';

const CLEARING_MS = 5000;
const CLEARING_PAUSE_MS = 20;

/** Is told of process groups before anything else can happen to us, and again when they are gone. */
export interface GroupWatcher {
  announce(group: number): void;
  retire(group: number): void;
}

/** Turns a container's spec into a running process group of its own, and makes sure that none is left of one. */
export class ProcessLauncher {
  constructor(
    private readonly programs: ProgramResolver,
    private readonly environment: Record<string, string>,
    private readonly marks: OwnerMarks,
    private readonly watcher: GroupWatcher,
    private readonly clock: Clock,
  ) {}

  async launch(spec: ContainerSpec, lines: LineRing): Promise<LaunchedProcess> {
    try {
      const program = await this.programs.resolve(spec);
      const child = this.spawn(spec, program);
      if (child.pid === undefined) throw await spawnFailure(program.command, child);
      this.watcher.announce(child.pid);
      return new LaunchedProcess(child, child.pid, lines, this.clock);
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      throw new Error(`Container ${spec.name} (image ${spec.image}) cannot be started: ${cause}`, {
        cause: error,
      });
    }
  }

  /**
   * Ends what an earlier life left behind: its group, and those who left the group but carry our marks. Resolves when
   * nothing of it lives.
   */
  async clear(name: string, group?: number): Promise<void> {
    const deadline = this.clock.monotonic() + CLEARING_MS;
    for (;;) {
      const strays = await processesWith(this.marks.ofContainer(name));
      const lives = group !== undefined && (await groupLives(group));
      if (strays.length === 0 && !lives) break;
      if (group !== undefined) killGroup(group, 'SIGKILL');
      for (const pid of strays) killProcess(pid, 'SIGKILL');
      if (this.clock.monotonic() > deadline) {
        throw new Error(
          `Container ${name}: process ${strays[0] ?? group} still lives ${CLEARING_MS / 1000} s after SIGKILL; it hangs in the kernel, often on a disk or network share that does not answer. See to that, or restart the machine.`,
        );
      }
      await this.clock.sleep(CLEARING_PAUSE_MS);
    }
    if (group !== undefined) this.watcher.retire(group);
  }

  private spawn(spec: ContainerSpec, program: ResolvedProgram): ChildProcess {
    return spawn(program.command, [...program.args, ...(spec.args ?? [])], {
      detached: true,
      env: { ...this.environment, ...program.env, ...spec.env, ...this.marks.environmentOf(spec.name) },
      // A pipe for stdin, never written to: its end tells a program that we are gone.
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }
}

async function spawnFailure(command: string, child: ChildProcess): Promise<Error> {
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => child.once('error', resolve));
  return new Error(explain(error, command), { cause: error });
}

function explain(error: NodeJS.ErrnoException, command: string): string {
  switch (error.code) {
    case 'ENOENT':
      return `the program ${command} was not found. Install it, or set the path where it lies.`;
    case 'EACCES':
      return `the program ${command} may not be executed. Give it the right to: chmod +x.`;
    case 'EAGAIN':
    case 'ENOMEM':
      return `the system has no process or memory to spare for ${command} (${error.code}). End something, or raise the limit.`;
    default:
      return `${command}: ${error.message}`;
  }
}
