const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SHAPE = /^(?:\d{1,6}[smhd]){1,4}$/;

/** `90s`, `30m`, `1h30m`, `2d` in milliseconds; undefined for anything else, and for none at all. */
export function parseDuration(text: string): number | undefined {
  const given = text.trim().toLowerCase();
  if (!SHAPE.test(given)) return undefined;
  const parts = [...given.matchAll(/(\d+)([smhd])/g)];
  const ms = parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit] ?? 0), 0);
  return ms > 0 ? ms : undefined;
}

/** The other way round, in at most two units: `1h30m`. */
export function formatDuration(ms: number): string {
  let left = Math.max(1, Math.round(ms / 1_000));
  const parts: string[] = [];
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    const count = Math.floor(left / size);
    if (count > 0 && parts.length < 2) parts.push(`${count}${unit}`);
    left -= count * size;
  }
  return parts.join('');
}
