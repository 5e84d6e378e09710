import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallFault, ChatServerFaults, FaultCall } from '../chat-server-faults';
import { Refusal, type ErrorShape } from '../refusal';
import type { Accounts, Caller } from '../service/accounts';
import { may } from '../service/permissions';
import type { TwoFactor } from '../service/two-factor';
import { addressOf, header, readJson, send, sendJson } from './http-exchange';
import type { RateLimiter } from './rate-limiter';
import type { RestRoute } from './rest-route';

export interface DispatcherOptions {
  errorShape: ErrorShape;
  limiter?: RateLimiter;
  faults: ChatServerFaults;
  now: () => number;
}

/** Answers `/api/v1/*`: authentication, rate limit, parameters, the route, and the refusals' shapes. */
export class RestDispatcher {
  private readonly routes: Map<string, RestRoute>;

  constructor(
    routes: RestRoute[],
    private readonly accounts: Accounts,
    private readonly twoFactor: TwoFactor,
    private readonly options: DispatcherOptions,
  ) {
    this.routes = new Map(routes.map((route) => [`${route.method} ${route.path}`, route]));
  }

  async dispatch(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    try {
      await this.answer(request, response, url);
    } catch (error) {
      if (error instanceof Refusal) {
        const { status, body } = error.rest(this.options.errorShape);
        sendJson(response, status, body);
      } else {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        process.stderr.write(`${JSON.stringify({ level: 'error', route: url.pathname, error: text })}\n`);
        sendJson(response, 500, { success: false, error: 'Internal server error' });
      }
    }
  }

  private async answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const path = url.pathname.slice('/api/v1/'.length);
    const route = this.routes.get(`${request.method} ${path}`);
    if (!route) throw Refusal.notFound('API endpoint does not exist');
    const query = Object.fromEntries(url.searchParams);
    const body = request.method === 'POST' ? await readJson(request) : {};
    const caller = await this.callerOf(request);
    const call: FaultCall = { method: route.method, route: path, body, query };
    if (caller) call.username = caller.user.username;

    if (await this.suffer(this.options.faults.beforeCall?.(call), response)) return;
    if (!this.withinLimit(request, response, route, caller)) return;
    if (route.authenticated && !caller) throw Refusal.unauthenticated();
    const given = route.method === 'GET' ? query : body;
    const values = route.shape?.check(given) ?? given;
    if (route.secondFactor && caller) await this.twoFactor.require(caller, header(request, 'x-2fa-code'));
    const result = await route.handle({ values, ...(caller && { caller }) });
    if (await this.suffer(this.options.faults.afterCall?.(call), response)) return;
    sendJson(response, 200, { ...result, success: true });
  }

  private callerOf(request: IncomingMessage): Promise<Caller | undefined> {
    const token = header(request, 'x-auth-token');
    const userId = header(request, 'x-user-id');
    return token && userId ? this.accounts.byToken(token, userId) : Promise.resolve(undefined);
  }

  /** People on our own page are not limited. Calls that need no login know nobody, so there nobody is exempt. */
  private withinLimit(
    request: IncomingMessage,
    response: ServerResponse,
    route: RestRoute,
    caller: Caller | undefined,
  ): boolean {
    const { limiter } = this.options;
    if (!limiter) return true;
    const known = route.authenticated ? caller : undefined;
    if (known && (known.origin === 'page' || may(known.user, 'api-bypass-rate-limit'))) return true;
    const { allowed, remaining, resetAt } = limiter.take(
      `${addressOf(request)} ${route.method} ${route.path}`,
    );
    response.setHeader('X-RateLimit-Limit', String(limiter.limit.calls));
    response.setHeader('X-RateLimit-Remaining', String(remaining));
    response.setHeader('X-RateLimit-Reset', String(resetAt));
    if (allowed) return true;
    const seconds = Math.max(1, Math.ceil((resetAt - this.options.now()) / 1000));
    sendJson(response, 429, {
      success: false,
      error: `Error, too many requests. Please slow down. You must wait ${seconds} seconds before trying this endpoint again. [error-too-many-requests]`,
    });
    return false;
  }

  /** @returns true when nothing more is to be done with this call. */
  private async suffer(fault: CallFault | undefined, response: ServerResponse): Promise<boolean> {
    switch (fault?.kind) {
      case undefined:
        return false;
      case 'drop':
        response.destroy();
        return true;
      case 'hang':
        return true;
      case 'delay':
        await new Promise((resolve) => setTimeout(resolve, fault.ms));
        return false;
      case 'reply':
        if (typeof fault.body === 'string') send(response, fault.status, fault.body, fault.headers ?? {});
        else sendJson(response, fault.status, fault.body, fault.headers);
        return true;
    }
  }
}
