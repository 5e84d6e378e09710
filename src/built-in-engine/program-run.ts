import type { Clock } from '../shared/clock';
import { startGuarded, type GuardedProgram } from './guarded-program';

const LOOK_EVERY_MS = 1_000;
const OUTPUT_KEPT = 64 * 1024;
/** A grandchild may hold the pipes of a program that has ended. */
const PIPES_CLOSE_WITHIN_MS = 500;

export interface ProgramRun {
  command: string;
  args: readonly string[];
  cwd?: string;
  env: Record<string, string>;
  clock: Clock;
  signal: AbortSignal;
  /** Ended when it has neither written a line nor moved anything for that long. */
  quietMs: number;
  /** A figure that grows while the program gets on, such as the bytes in its folder. */
  moved?: () => Promise<number>;
  onLine?: (line: string) => void;
}

export interface ProgramEnd {
  code: number | null;
  /** The end of both streams, as they came. */
  output: string;
}

/** The program went quiet and was ended. */
export class ProgramStalled extends Error {
  constructor(readonly seconds: number) {
    super(`nothing moved for ${seconds} s`);
    this.name = 'ProgramStalled';
  }
}

/**
 * Runs a program without a shell until it ends; it ends with us, however we end.
 * @throws ProgramStalled; the signal's reason once it aborts (the program is dead then); NodeJS.ErrnoException where it
 *   cannot be started.
 */
export async function runProgram(run: ProgramRun): Promise<ProgramEnd> {
  run.signal.throwIfAborted();
  const program = startGuarded(run.command, run.args, run);
  const ended = ending(program, run);
  const watch = new AbortController();
  const kill = (): void => program.kill();
  run.signal.addEventListener('abort', kill, { once: true });
  let stalled: ProgramStalled | undefined;
  const watching = watchOver(run, ended.lastLineAt, watch.signal).then((verdict) => {
    stalled = verdict;
    if (verdict) kill();
  });
  try {
    const end = await ended.end;
    run.signal.throwIfAborted();
    if (stalled) throw stalled;
    return end;
  } finally {
    run.signal.removeEventListener('abort', kill);
    watch.abort();
    await watching;
  }
}

function ending(
  { guard, ended }: GuardedProgram,
  run: ProgramRun,
): { end: Promise<ProgramEnd>; lastLineAt: () => number } {
  let output = '';
  let unfinished = '';
  let lastLineAt = run.clock.monotonic();
  const take = (chunk: Buffer): void => {
    lastLineAt = run.clock.monotonic();
    const text = chunk.toString('utf8');
    output = `${output}${text}`.slice(-OUTPUT_KEPT);
    const lines = `${unfinished}${text}`.split('\n');
    unfinished = (lines.pop() ?? '').slice(-OUTPUT_KEPT);
    for (const line of lines) run.onLine?.(line);
  };
  guard.stdout?.on('data', take);
  guard.stderr?.on('data', take);
  const closed = new Promise<void>((resolve) => guard.once('close', () => resolve()));
  const end = ended.then(async (code) => {
    const late = new AbortController();
    await Promise.race([closed, run.clock.sleep(PIPES_CLOSE_WITHIN_MS, late.signal).catch(() => undefined)]);
    late.abort();
    guard.stdout?.destroy();
    guard.stderr?.destroy();
    return { code, output };
  });
  return { end, lastLineAt: () => lastLineAt };
}

async function watchOver(
  run: ProgramRun,
  lastLineAt: () => number,
  until: AbortSignal,
): Promise<ProgramStalled | undefined> {
  let figure = 0;
  let movedAt = run.clock.monotonic();
  for (;;) {
    try {
      await run.clock.sleep(LOOK_EVERY_MS, until);
    } catch {
      return undefined;
    }
    const now = (await run.moved?.()) ?? 0;
    if (now !== figure) movedAt = run.clock.monotonic();
    figure = now;
    if (run.clock.monotonic() - Math.max(movedAt, lastLineAt()) > run.quietMs)
      return new ProgramStalled(Math.round(run.quietMs / 1_000));
  }
}
