import {
  ContainerEngine,
  type ContainerEvent,
  type ContainerInfo,
  type ContainerSpec,
  type ContainerStats,
  type EngineHealth,
} from './container-engine';
import type { DockerContainerEngine } from './docker/docker-container-engine';

/**
 * What Rdzen runs itself are processes; what it looks after in Docker was made there by others. One engine for both: a
 * container's name tells which of the two has it.
 */
export class CombinedContainerEngine extends ContainerEngine {
  constructor(
    private readonly processes: ContainerEngine,
    private readonly docker: DockerContainerEngine,
  ) {
    super();
  }

  start(spec: ContainerSpec): Promise<ContainerInfo> {
    return this.processes.start(spec);
  }

  create(spec: ContainerSpec): Promise<ContainerInfo> {
    return this.processes.create(spec);
  }

  stop(name: string, graceMs?: number): Promise<void> {
    return this.of(name).stop(name, graceMs);
  }

  restart(name: string, graceMs?: number): Promise<ContainerInfo> {
    return this.of(name).restart(name, graceMs);
  }

  recreate(name: string, image?: string): Promise<ContainerInfo> {
    return this.of(name).recreate(name, image);
  }

  signal(name: string, signal: NodeJS.Signals): Promise<void> {
    return this.of(name).signal(name, signal);
  }

  pause(name: string): Promise<void> {
    return this.of(name).pause(name);
  }

  resume(name: string): Promise<void> {
    return this.of(name).resume(name);
  }

  inspect(name: string): Promise<ContainerInfo | undefined> {
    return this.of(name).inspect(name);
  }

  async list(): Promise<ContainerInfo[]> {
    const [processes, containers] = await Promise.all([this.processes.list(), this.docker.list()]);
    return [...processes, ...containers];
  }

  logs(name: string): Promise<string[]> {
    return this.of(name).logs(name);
  }

  stats(name: string): Promise<ContainerStats> {
    return this.of(name).stats(name);
  }

  onEvent(listener: (event: ContainerEvent) => void): () => void {
    const ends = [this.processes.onEvent(listener), this.docker.onEvent(listener)];
    return () => ends.forEach((end) => end());
  }

  override health(): EngineHealth {
    return this.docker.health();
  }

  async close(): Promise<void> {
    await Promise.all([this.processes.close(), this.docker.close()]);
  }

  private of(name: string): ContainerEngine {
    return this.docker.has(name) ? this.docker : this.processes;
  }
}
