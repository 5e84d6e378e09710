import { Injectable, Logger } from '@nestjs/common';

/** Event names and payloads; each feature adds its own in its `*.events.ts` by declaration merging. */
export interface EventMap {
  /** The process is about to end; stop taking on work. */
  'process.stopping': { at: number };
}

type Listener<Name extends keyof EventMap> = (payload: EventMap[Name]) => void | Promise<void>;

/**
 * Tells features what happened, after it happened (after the commit). A listener that fails is logged and counted and
 * keeps nobody else from hearing. Work that must survive a crash goes through the journal, never through the bus alone.
 */
@Injectable()
export class EventBus {
  private readonly logger = new Logger(EventBus.name);
  private readonly listeners = new Map<string, Set<(payload: never) => void | Promise<void>>>();
  /** Listener failures since the start. */
  failures = 0;

  on<Name extends keyof EventMap>(name: Name, listener: Listener<Name>): () => void {
    const set = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, set);
    set.add(listener);
    return () => set.delete(listener);
  }

  emit<Name extends keyof EventMap>(name: Name, payload: EventMap[Name]): void {
    const set = this.listeners.get(name);
    for (const listener of [...(set ?? [])]) {
      // It may have left because of the listener before it.
      if (!set?.has(listener)) continue;
      try {
        // Whoever listens with an expression returns whatever that gives.
        const result: unknown = (listener as Listener<Name>)(payload);
        if (result instanceof Promise) result.catch((error: unknown) => this.failed(name, error));
      } catch (error) {
        this.failed(name, error);
      }
    }
  }

  private failed(name: string, error: unknown): void {
    this.failures++;
    this.logger.error(`A listener of ${name} failed`, error instanceof Error ? error.stack : String(error));
  }
}
