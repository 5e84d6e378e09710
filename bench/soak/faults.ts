import { OwnerMarks } from '../../src/containers/owner-marks';
import { birthMark, processesWith } from '../../src/containers/process-table';
import type { Fault } from '../../test/support/fakes/fake-core/fault';
import { order } from './core-door';
import { setGatewayClock } from './gateway-clock';
import type { SupervisedGateway } from './gateway';
import type { FaultKind, PlannedFault } from './schedule';

const CORES = [1, 2];
const SLOW_MS_PER_TOKEN = 50;
const HOUR_MS = 3_600_000;

/** Faults inside a core, by its own door. */
const INSIDE: Partial<Record<FaultKind, Fault>> = {
  'runner-hang': { kind: 'hang' },
  'runner-slow': { kind: 'slow', msPerToken: SLOW_MS_PER_TOKEN },
  'runner-truncated': { kind: 'end', afterTokens: 12 },
  'runner-500': { kind: 'status', status: 500 },
  'runner-503': { kind: 'status', status: 503 },
};

/** Does to the product what is planned, and undoes what can be undone. */
export class Faults {
  private readonly stopped = new Map<number, string>();
  private active = 1;

  constructor(private readonly gateway: SupervisedGateway) {}

  /** @returns false where there was nothing to strike, such as a core that is dead already. */
  async strike({ kind, core, forMs }: PlannedFault): Promise<boolean> {
    const id = await this.idOf(core);
    switch (kind) {
      case 'core-kill':
        return this.kill(`core${id}`);
      case 'cores-kill':
        return (await Promise.all(CORES.map((each) => this.kill(`core${each}`)))).includes(true);
      case 'core-stop':
        return this.stop(await this.processOf(`core${id}`), forMs);
      case 'chat-kill':
        return this.kill('chat-server');
      case 'gateway-kill':
        return this.gateway.bringDown('SIGKILL');
      case 'gateway-restart':
        return this.gateway.bringDown('SIGTERM');
      case 'gateway-stop':
        return this.stop(this.gateway.pid, forMs);
      case 'clock-ahead':
      case 'clock-back':
        return this.setClock(kind === 'clock-ahead' ? HOUR_MS : -HOUR_MS, forMs);
      case 'switch':
        return this.gateway.post('/switch_core', { core_id: await this.idOf('standby') });
      case 'runner-hang':
      case 'runner-slow':
      case 'runner-truncated':
      case 'runner-500':
      case 'runner-503': {
        const fault = INSIDE[kind];
        return fault !== undefined && order(this.gateway.temporary, `core${id}`, { fault, forMs });
      }
    }
  }

  /** Lets everything go on that stands still. */
  async healAll(): Promise<void> {
    await Promise.all([...this.stopped.keys()].map((pid) => this.resume(pid)));
  }

  private async idOf(core: PlannedFault['core']): Promise<number> {
    if (typeof core === 'number') return core;
    this.active = (await this.gateway.status())?.active_core ?? this.active;
    return core === 'active' ? this.active : (CORES.find((id) => id !== this.active) ?? 1);
  }

  private async kill(name: string): Promise<boolean> {
    const pid = await this.processOf(name);
    return pid !== undefined && send(pid, 'SIGKILL');
  }

  private async stop(pid: number | undefined, forMs: number): Promise<boolean> {
    const born = pid === undefined ? undefined : await birthMark(pid);
    if (pid === undefined || born === undefined || !send(pid, 'SIGSTOP')) return false;
    this.stopped.set(pid, born);
    setTimeout(() => void this.resume(pid), forMs);
    return true;
  }

  /** A gateway that is started meanwhile has the right clock from its beginning. */
  private setClock(offsetMs: number, forMs: number): boolean {
    const { pid, temporary } = this.gateway;
    if (pid === undefined || !setGatewayClock(pid, temporary, offsetMs)) return false;
    setTimeout(() => pid === this.gateway.pid && setGatewayClock(pid, temporary, 0), forMs);
    return true;
  }

  /** Only the very process that was stopped: its number may be another's by now. */
  private async resume(pid: number): Promise<void> {
    const born = this.stopped.get(pid);
    this.stopped.delete(pid);
    if (born !== undefined && (await birthMark(pid)) === born) send(pid, 'SIGCONT');
  }

  /** By the marks that the gateway puts on everything it starts. */
  private async processOf(name: string): Promise<number | undefined> {
    const marks = new OwnerMarks('', this.gateway.runFolder);
    return (await processesWith([...marks.ofThisFolder(), `_RDZEN_OWNER_NAME=${name}`]))[0];
  }
}

function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
