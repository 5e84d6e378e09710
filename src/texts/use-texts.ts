/** How a component was used in the last days, all its versions together. */
export interface UseValues {
  days: number;
  calls: number;
  errors: number;
  /** Percent. */
  errorRate: number;
  tools: readonly { name: string; calls: number; errors: number; errorRate: number; p95Ms: number }[];
  /** Undefined while it sleeps. */
  memory?: { usedMiB: number; limitMiB: number };
  /** Of a component that keeps data, once it was measured. */
  kept?: { usedMiB: number; limitMiB: number; isOver: boolean };
}

/** `3 s`, `0.4 s`, `12 ms`: about, since the counts are no finer. */
export function about(ms: number, language: 'en' | 'pl'): string {
  if (ms < 100) return `${ms} ms`;
  return `${(ms / 1000).toLocaleString(language, { maximumFractionDigits: ms < 10_000 ? 1 : 0 })} s`;
}
