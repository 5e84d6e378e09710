/** Readers for what came over the wire: each takes anything and answers undefined rather than throwing. */

export type WireRecord = Readonly<Record<string, unknown>>;

export function recordOf(value: unknown): WireRecord | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as WireRecord)
    : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function recordsOf(value: unknown): WireRecord[] {
  return listOf(value)
    .map(recordOf)
    .filter((entry) => entry !== undefined);
}

/** A string that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function stringsOf(value: unknown): string[] {
  return listOf(value).filter((entry) => typeof entry === 'string');
}

/** Epoch milliseconds of an ISO string (REST), `{"$date": ms}` (EJSON on the socket) or a bare number. */
export function timeOf(value: unknown): number | undefined {
  if (typeof value === 'string') return numberOf(Date.parse(value));
  return numberOf(value) ?? numberOf(recordOf(value)?.['$date']);
}
