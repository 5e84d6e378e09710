import { Injectable } from '@nestjs/common';
import { CoreHistory } from '../core-registry/core-history';
import { CoreRegistry } from '../core-registry/core-registry';
import '../core-registry/core-registry.events';
import { EventBus } from '../events/event-bus';
import { clusterMode } from './cluster-modes';

/**
 * Writes into the history whenever what the cluster can promise changes: NORMAL, SINGLE or BLACKOUT, whatever it is held
 * in, and OFF when the process is stopped. A row that comes from nothing is the start of a process.
 */
@Injectable()
export class AvailabilityWatch {
  private known = '';
  private readonly unsubscribe: (() => void)[] = [];

  constructor(
    private readonly registry: CoreRegistry,
    private readonly history: CoreHistory,
    private readonly bus: EventBus,
  ) {}

  start(): void {
    this.known = '';
    const look = (): void => this.note(clusterMode(this.registry.all()), 'what the cores can do');
    for (const name of ['core.state-changed', 'core.updated', 'hold.set', 'hold.lifted'] as const)
      this.unsubscribe.push(this.bus.on(name, look));
    this.note(clusterMode(this.registry.all()), 'the process was started');
  }

  /** The history has to be stopped after it. */
  stop(): void {
    for (const end of this.unsubscribe.splice(0)) end();
    this.note('OFF', 'the process was stopped');
  }

  private note(mode: string, cause: string): void {
    if (mode === this.known) return;
    const states = this.registry.all().map(({ id, state }) => `core ${id} ${state}`);
    this.history.noteCluster(this.known, mode, cause, states.join(', '));
    this.known = mode;
  }
}
