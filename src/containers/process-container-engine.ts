import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import type { Clock } from '../shared/clock';
import type { Random } from '../shared/random';
import {
  ContainerEngine,
  type ContainerEvent,
  type ContainerInfo,
  type ContainerSpec,
  type ContainerStats,
} from './container-engine';
import { ContainerListeners } from './container-listeners';
import { endLeftovers } from './leftovers';
import { OwnerMarks } from './owner-marks';
import { ProcessContainer } from './process-container';
import { ProcessLauncher } from './process-launcher';
import type { ProgramResolver } from './program-resolver';
import { ReaperLink } from './reaper-link';
import { RunRecord } from './run-record';

const GRACE_MS = 3000;
const NAME = /^[A-Za-z0-9][\w.-]*$/;
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'LANG'];

export interface ProcessContainerEngineOptions {
  programs: ProgramResolver;
  /** A folder of this data folder alone; the instance lock on the data folder must be held. Made when missing. */
  runDir: string;
  clock: Clock;
  random: Random;
  /** Our own environment; only PATH, HOME, TMPDIR and LANG are passed on. */
  environment: Record<string, string | undefined>;
  /** Program and arguments of the reaper; default: this Node and the compiled file beside this one. */
  reaperCommand?: readonly string[];
}

/** What the first start needs, made once. */
interface Ground {
  marks: OwnerMarks;
  record: RunRecord;
  reaper: ReaperLink;
  launcher: ProcessLauncher;
}

/** {@link ContainerEngine} over child processes, for the embedded profile. Needs a system with process groups. */
export class ProcessContainerEngine extends ContainerEngine {
  private readonly logger = new Logger(ProcessContainerEngine.name);
  private readonly containers = new Map<string, ProcessContainer>();
  private readonly listeners = new ContainerListeners();
  private readonly inherited: Record<string, string>;
  private ground?: Promise<Ground>;
  private closing?: Promise<void>;

  constructor(private readonly options: ProcessContainerEngineOptions) {
    super();
    this.inherited = Object.fromEntries(
      INHERITED.flatMap((name) => {
        const value = options.environment[name];
        return value === undefined ? [] : [[name, value]];
      }),
    );
  }

  /** Ends what an earlier run left and starts the reaper. Done by the first start otherwise. */
  async prepare(): Promise<void> {
    await this.prepared();
  }

  /** The reaper's process id, while there is one. */
  async reaperPid(): Promise<number | undefined> {
    return (await this.ground)?.reaper.pid;
  }

  async start(spec: ContainerSpec): Promise<ContainerInfo> {
    if (this.closing) throw new Error(`Container ${spec.name} cannot be started: the gateway is stopping.`);
    return this.container(spec).start(spec);
  }

  async create(spec: ContainerSpec): Promise<ContainerInfo> {
    return this.container(spec).create(spec);
  }

  async stop(name: string, graceMs = GRACE_MS): Promise<void> {
    await this.known(name).stop(graceMs);
  }

  async restart(name: string, graceMs = GRACE_MS): Promise<ContainerInfo> {
    if (this.closing) throw new Error(`Container ${name} cannot be restarted: the gateway is stopping.`);
    return this.known(name).restart(graceMs);
  }

  async recreate(name: string, image?: string): Promise<ContainerInfo> {
    if (this.closing) throw new Error(`Container ${name} cannot be made anew: the gateway is stopping.`);
    const old = this.known(name);
    await old.stop(0);
    const spec = { ...old.spec, ...(image === undefined ? {} : { image }) };
    return this.make(spec).start(spec);
  }

  async signal(name: string, signal: NodeJS.Signals): Promise<void> {
    this.known(name).signal(signal);
  }

  async pause(name: string): Promise<void> {
    await this.known(name).pause();
  }

  async resume(name: string): Promise<void> {
    await this.known(name).resume();
  }

  async stats(name: string): Promise<ContainerStats> {
    return this.known(name).stats();
  }

  async inspect(name: string): Promise<ContainerInfo | undefined> {
    return this.containers.get(name)?.info();
  }

  async list(): Promise<ContainerInfo[]> {
    return [...this.containers.values()].map((container) => container.info());
  }

  async logs(name: string): Promise<string[]> {
    return this.known(name).logs();
  }

  onEvent(listener: (event: ContainerEvent) => void): () => void {
    return this.listeners.add(listener);
  }

  close(): Promise<void> {
    this.closing ??= this.closeNow();
    return this.closing;
  }

  private async closeNow(): Promise<void> {
    const ground = await this.ground?.catch(() => undefined);
    const stops = await Promise.allSettled(
      [...this.containers.values()].map((container) => container.stop(GRACE_MS)),
    );
    const failures = stops.flatMap((stop) => (stop.status === 'rejected' ? [stop.reason as Error] : []));
    for (const failure of failures) this.logger.error(failure.message);
    await ground?.reaper.close(failures.length === 0);
    if (failures.length === 0) await ground?.record.clear();
  }

  private make(spec: ContainerSpec): ProcessContainer {
    const { clock, random } = this.options;
    const launcher = async (): Promise<ProcessLauncher> => (await this.prepared()).launcher;
    const container = new ProcessContainer(spec, launcher, clock, random, (event) =>
      this.listeners.tell(event),
    );
    this.containers.set(spec.name, container);
    return container;
  }

  private prepared(): Promise<Ground> {
    this.ground ??= this.layGround().catch((error: unknown) => {
      this.ground = undefined;
      throw error;
    });
    return this.ground;
  }

  private async layGround(): Promise<Ground> {
    const { clock, random, programs } = this.options;
    await mkdir(this.options.runDir, { recursive: true, mode: 0o700 });
    const runDir = await realpath(this.options.runDir);
    const marks = new OwnerMarks(random.id(24), runDir);
    const record = new RunRecord(runDir);
    const ended = await endLeftovers(marks, record, clock);
    if (ended > 0) this.logger.warn(`Ended ${ended} process(es) that an earlier run had left alive.`);
    const command = this.options.reaperCommand ?? [process.execPath, join(__dirname, 'reaper', 'main.js')];
    const reaper = new ReaperLink(command, this.inherited, marks.token, clock);
    await reaper.open();
    const watcher = {
      announce: (group: number): void => {
        reaper.announce(group);
        void record.add(group);
      },
      retire: (group: number): void => {
        reaper.retire(group);
        void record.remove(group);
      },
    };
    return {
      marks,
      record,
      reaper,
      launcher: new ProcessLauncher(programs, this.inherited, marks, watcher, clock),
    };
  }

  private container(spec: ContainerSpec): ProcessContainer {
    const known = this.containers.get(spec.name);
    if (known) return known;
    if (!NAME.test(spec.name)) {
      throw new Error(
        `A container cannot be called ${JSON.stringify(spec.name)}: letters, digits, "_", "." and "-" only.`,
      );
    }
    return this.make(spec);
  }

  private known(name: string): ProcessContainer {
    const container = this.containers.get(name);
    if (!container)
      throw new Error(
        `There is no container ${name}; there are: ${[...this.containers.keys()].join(', ') || 'none'}.`,
      );
    return container;
  }
}
