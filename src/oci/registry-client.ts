import { RegistryReader } from './registry-reader';
import { RegistryTransport, type RegistryOptions } from './registry-transport';
import { RegistryWriter } from './registry-writer';

/**
 * The OCI distribution API, as `registry` (CNCF Distribution 2.8 and 3), and every registry of today speaks it. Every call
 * has a deadline and takes a signal, and fails with an RdzenError of its own (`REGISTRY_*`).
 * Source: OCI distribution specification 1.1.
 */
export class RegistryClient {
  readonly read: RegistryReader;
  readonly write: RegistryWriter;
  private readonly transport: RegistryTransport;

  constructor(options: RegistryOptions) {
    this.transport = new RegistryTransport(options);
    this.read = new RegistryReader(this.transport);
    this.write = new RegistryWriter(this.transport);
  }

  async close(): Promise<void> {
    await this.transport.close();
  }
}
