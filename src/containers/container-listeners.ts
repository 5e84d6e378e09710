import { Logger } from '@nestjs/common';
import type { ContainerEvent } from './container-engine';

type Listener = (event: ContainerEvent) => void;

/** Those who want to hear of containers. One that fails does not keep the others from hearing. */
export class ContainerListeners {
  private readonly logger = new Logger(ContainerListeners.name);
  private readonly listeners = new Set<Listener>();

  /** @returns a function that ends the subscription. */
  add(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(event: ContainerEvent): void {
    for (const listener of this.listeners) {
      try {
        listener(event);
      } catch (error) {
        this.logger.error(
          `A listener to container events failed: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
  }
}
