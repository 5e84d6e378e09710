/** Milliseconds of the system's monotonic clock: the same in every process of the machine, so stamps can be compared. */
export function stamp(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Asks every `everyMs` until the answer is true. @throws Error where it is not within the time. */
export async function until(
  what: string,
  ask: () => boolean | Promise<boolean>,
  { withinMs, everyMs = 20 }: { withinMs: number; everyMs?: number },
): Promise<void> {
  for (const end = stamp() + withinMs; ; await pause(everyMs)) {
    if (await ask()) return;
    if (stamp() > end) throw new Error(`Not within ${withinMs} ms: ${what}`);
  }
}
