/** When the pool does what by itself. Milliseconds. */
export class PoolTimes {
  /** Without a call, after which a component is ended; the next call starts it again. */
  idleMs = 10 * 60_000;
  /** Between two looks at all that run. */
  tickMs = 15_000;
  /** Between two comparisons of the tools with the lock, where nothing else asks for one. */
  compareMs = 60 * 60_000;
  /** Of a ping, or a list that stands for one. */
  pingMs = 5_000;
  /** Age at which a container is replaced, between calls. */
  renewMs = 24 * 60 * 60_000;
  /** Age at which the sweep removes it, if nobody did. */
  lifetimeMs = 26 * 60 * 60_000;
}
