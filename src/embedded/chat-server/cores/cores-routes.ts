import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal } from '../refusal';
import { fromLoopback, header, sameOrigin, sendJson } from '../rest/http-exchange';
import type { Accounts, Caller } from '../service/accounts';
import type { CoresView } from './core-view';
import type { GatewayClient } from './gateway-client';

const CACHE_MS = 400;
/** How closely, and how long, we look for the core that takes over. */
const LOOK_EVERY_MS = 25;
const LOOK_FOR_MS = 8000;

/** The cores on the page: a short-lived copy of the gateway's status, and the button that kills the active one. */
export class CoresRoutes {
  private kept?: { at: number; view: Promise<CoresView> };

  constructor(
    private readonly accounts: Accounts,
    private readonly gateway: GatewayClient,
    private readonly now: () => number,
  ) {}

  /** A gateway that does not answer is told as `reachable: false`: the page itself is in order. */
  async show(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const caller = await this.callerOf(request);
    try {
      const view = await this.recent();
      sendJson(response, 200, {
        ...view,
        reachable: true,
        can_kill: this.mayKill(request, caller),
        success: true,
      });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      sendJson(response, 200, { cores: [], reachable: false, can_kill: false, success: true });
    }
  }

  /** Answers `{core, pid, took_over, ms}`: what was killed, who took over (null: nobody yet) and after how long. */
  async kill(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!sameOrigin(request)) throw new Refusal('Wrong origin', 'wrong-origin', { status: 403 });
    const caller = await this.callerOf(request);
    if (!caller) throw Refusal.unauthenticated();
    if (!this.mayKill(request, caller)) {
      throw new Refusal('Only an administrator may kill a core from elsewhere.', 'not-allowed', {
        status: 403,
      });
    }
    const before = await this.gateway.status();
    const core = before.cores.find(({ id }) => id === before.active_core);
    if (core?.pid === undefined) {
      throw new Refusal('The active core has no process of ours.', 'no-process', { status: 409 });
    }
    const begin = this.now();
    await this.gateway.kill(core.id);
    const next = await this.successorOf(core.id, begin);
    delete this.kept;
    sendJson(response, 200, {
      core: core.id,
      pid: core.pid,
      took_over: next ?? null,
      ...(next !== undefined && { ms: Math.round(this.now() - begin) }),
      success: true,
    });
  }

  private async successorOf(killed: number, begin: number): Promise<number | undefined> {
    while (this.now() - begin < LOOK_FOR_MS) {
      const { active_core: active } = await this.gateway
        .status()
        .catch((): CoresView => ({ cores: [], active_core: killed }));
      if (active !== undefined && active !== killed) return active;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    return undefined;
  }

  /** However many pages look, the gateway is asked once in a while. */
  private recent(): Promise<CoresView> {
    if (!this.kept || this.now() - this.kept.at >= CACHE_MS) {
      const view = this.gateway.status();
      const entry = { at: this.now(), view };
      this.kept = entry;
      view.catch(() => {
        if (this.kept === entry) delete this.kept;
      });
    }
    return this.kept.view;
  }

  private mayKill(request: IncomingMessage, caller: Caller | undefined): boolean {
    if (!caller || !this.gateway.mayKill) return false;
    return caller.user.roles.includes('admin') || fromLoopback(request);
  }

  private async callerOf(request: IncomingMessage): Promise<Caller | undefined> {
    const token = header(request, 'x-auth-token');
    const userId = header(request, 'x-user-id');
    return token && userId ? this.accounts.byToken(token, userId) : undefined;
  }
}
