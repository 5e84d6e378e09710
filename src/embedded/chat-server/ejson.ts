/** EJSON as the realtime protocol and our database rows use it: a date is `{"$date": <ms>}`. */
export function toEjson(value: unknown): string {
  return JSON.stringify(datesOut(value));
}

export function fromEjson<T>(text: string): T {
  return JSON.parse(text, (_key, value: unknown) => (isDate(value) ? new Date(value.$date) : value)) as T;
}

function datesOut(value: unknown): unknown {
  if (value instanceof Date) return { $date: value.getTime() };
  if (Array.isArray(value)) return value.map(datesOut);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, datesOut(inner)]));
}

function isDate(value: unknown): value is { $date: number } {
  return (
    typeof value === 'object' &&
    value !== null &&
    '$date' in value &&
    typeof value.$date === 'number' &&
    Object.keys(value).length === 1
  );
}
