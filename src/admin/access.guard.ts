import { Injectable, Logger, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CallerNames } from '../access/caller-names';
import { ACCESS_METADATA, includes, type Access } from '../access/scope';
import { Clock } from '../shared/clock';
import { silent } from '../shared/for-chat';
import { RdzenError } from '../shared/rdzen-error';
import { ApiKeys, type KeyHolder } from './api-keys.service';

const WRONG_KEYS = 10;
const WINDOW_MS = 60_000;
/** Has a browser ask for a name and a password. Source: RFC 7617. */
const ASKS_PEOPLE = 'Basic realm="Rdzen: any name, and an API key as the password", charset="UTF-8"';

/** Lets a request through by its key and the route's `@RequireAccess`. A route without one is closed to everybody. */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly logger = new Logger(AccessGuard.name);
  private readonly wrong = new Map<string, number[]>();

  constructor(
    private readonly reflector: Reflector,
    private readonly keys: ApiKeys,
    private readonly clock: Clock,
    private readonly names: CallerNames,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS_METADATA, [
      context.getHandler(),
      context.getClass(),
    ]);
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest & { holder?: KeyHolder }>();
    await this.admit(request, access, http.getResponse<FastifyReply>());
    return true;
  }

  /**
   * What is `local` is read by people: from elsewhere (from the host of a container, too) their browser asks them for a
   * key. Nothing else takes what a browser sends by itself, or a foreign page could act in their name.
   *
   * @throws RdzenError UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED
   */
  async admit(
    request: FastifyRequest & { holder?: KeyHolder },
    access: Access | undefined,
    reply?: FastifyReply,
  ): Promise<void> {
    if (access === 'open') return;
    if (access === 'local' && isLocal(request)) return;
    if (access === undefined)
      throw new RdzenError('FORBIDDEN', `The route ${request.url} is open to nobody.`);
    const needed = access === 'local' ? 'read' : access;
    this.refuseGuessers(request.ip);
    const { authorization = '' } = request.headers;
    const given =
      /^Bearer\s+(\S+)$/i.exec(authorization)?.[1] ??
      (access === 'local' ? passwordIn(authorization) : undefined);
    const holder = given === undefined ? undefined : await this.keys.check(given);
    if (!holder) {
      if (given !== undefined) this.note(request.ip);
      if (access === 'local') void reply?.header('www-authenticate', `${ASKS_PEOPLE}, Bearer`);
      throw new RdzenError(
        'UNAUTHENTICATED',
        given === undefined
          ? 'This needs a key. Send it as "Authorization: Bearer <key>"; the first one lies in admin.key in the data folder.'
          : 'This key is unknown or revoked. The first admin key lies in admin.key in the data folder.',
      );
    }
    if (!includes(holder.scope, needed)) {
      throw new RdzenError(
        'FORBIDDEN',
        `This needs a key of scope "${needed}"; key ${holder.id} has "${holder.scope}".`,
      );
    }
    // Whoever made the key chose its name, and it may stand in the chat.
    this.names.note(`api:${holder.id}`, silent(holder.name));
    request.holder = holder;
  }

  private refuseGuessers(ip: string): void {
    const recent = (this.wrong.get(ip) ?? []).filter((at) => at > this.clock.monotonic() - WINDOW_MS);
    if (recent.length === 0) this.wrong.delete(ip);
    else this.wrong.set(ip, recent);
    if (recent.length >= WRONG_KEYS) {
      throw new RdzenError(
        'RATE_LIMITED',
        `${WRONG_KEYS} wrong keys came from this address within a minute. Wait a minute.`,
      );
    }
  }

  private note(ip: string): void {
    if (this.wrong.size > 10_000) this.wrong.clear();
    this.wrong.set(ip, [...(this.wrong.get(ip) ?? []), this.clock.monotonic()]);
    this.logger.warn(`A wrong key came from ${ip}`);
  }
}

/** Of `Basic` credentials; whatever name stands before it. Source: RFC 7617, section 2. */
function passwordIn(authorization: string): string | undefined {
  const encoded = /^Basic\s+([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1];
  return encoded && /^[^:]*:(\S+)$/.exec(Buffer.from(encoded, 'base64').toString())?.[1];
}

/** What proxies add. One of them, and the request may come from anywhere. */
const PROXY_HEADERS = ['x-forwarded-for', 'x-real-ip', 'forwarded', 'via'];

/** From this machine, and not passed on by a proxy. */
export function isLocal({ headers, ip }: FastifyRequest): boolean {
  return PROXY_HEADERS.every((name) => headers[name] === undefined) && /^(127\.|::1$|::ffff:127\.)/.test(ip);
}
