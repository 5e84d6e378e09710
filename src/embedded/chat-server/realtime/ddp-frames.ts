/** A frame of the client after parsing: at least an object with a `msg`. */
export type Frame = Record<string, unknown>;

export function textField(frame: Frame, name: string): string | undefined {
  const value = frame[name];
  return typeof value === 'string' ? value : undefined;
}

export function listField(frame: Frame, name: string): unknown[] {
  const value = frame[name];
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/** Close codes of the original. */
export const CLOSE = { protocolError: 1002, invalidData: 1007, goingAway: 1001, timeout: 4000 } as const;
