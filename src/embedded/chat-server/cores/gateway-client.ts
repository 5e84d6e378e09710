import type { GatewayAddress } from '../chat-server-options';
import { Refusal } from '../refusal';
import { coresView, type CoresView } from './core-view';

const STATUS_MS = 2000;
const KILL_MS = 5000;

/** The gateway's API, as far as the page needs it. */
export class GatewayClient {
  constructor(private readonly address: GatewayAddress) {}

  get mayKill(): boolean {
    return this.address.key !== undefined;
  }

  /** @throws Refusal gateway-unreachable */
  async status(): Promise<CoresView> {
    const response = await this.call('/status', { signal: AbortSignal.timeout(STATUS_MS) });
    if (!response.ok) throw unreachable(`it answered ${response.status}`);
    return coresView(await response.json().catch(() => ({})));
  }

  /** Ends the process of a core at once. @throws Refusal with the gateway's own words. */
  async kill(coreId: number): Promise<void> {
    const response = await this.call(`/api/v1/cores/${coreId}/kill`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${this.address.key ?? ''}` },
      signal: AbortSignal.timeout(KILL_MS),
    });
    if (response.ok) return;
    const problem = (await response.json().catch(() => ({}))) as { detail?: unknown; title?: unknown };
    const words = [problem.detail, problem.title].find((text) => typeof text === 'string');
    throw new Refusal(String(words ?? `The gateway answered ${response.status}`), 'kill-refused', {
      status: response.status === 404 || response.status === 409 ? response.status : 502,
    });
  }

  private async call(path: string, request: RequestInit): Promise<Response> {
    try {
      return await fetch(`${this.address.url}${path}`, { ...request, redirect: 'error' });
    } catch (error) {
      const timedOut = error instanceof Error && error.name === 'TimeoutError';
      throw unreachable(timedOut ? 'it did not answer in time' : 'there was no connection');
    }
  }
}

function unreachable(why: string): Refusal {
  return new Refusal(`The gateway cannot be reached: ${why}`, 'gateway-unreachable', { status: 502 });
}
