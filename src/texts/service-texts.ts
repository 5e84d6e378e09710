/** How an installed service does. */
export interface ServiceValues {
  state: 'starting' | 'healthy' | 'unhealthy' | 'waiting' | 'given-up' | 'stopped';
  /** In English. */
  problem?: string;
  /** Since Rdzen was started. */
  restarts: number;
}

/** The words of one language for services, beside those for components that are called. */
export interface ServiceWords {
  /** In place of the state of a component that only one room uses. */
  canary: string;
  /** Of its rights. */
  right: string;
  reach: string;
  /** What people are told when it becomes a canary, an upgrade's canary, or is promoted. */
  changed(values: { title: string; version: string; reason: string }): {
    canary: string;
    'upgrade-canary': string;
    active: string;
  };
  health(values: ServiceValues): string;
  usedBy(components: readonly string[]): string;
  /** It is removed, and these were not. */
  missedBy(components: readonly string[]): string;
  uses(services: readonly string[]): string;
}
