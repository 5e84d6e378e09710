import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal } from '../refusal';
import type { Accounts } from '../service/accounts';
import type { PageEntry } from '../service/page-entry';
import type { CoresRoutes } from '../cores/cores-routes';
import { addressOf, header, readJson, sameOrigin, sendJson } from './http-exchange';
import { RateLimiter } from './rate-limiter';
import { optionalText } from './rest-route';
import { Shape } from './shape';

const ENTRY = new Shape({ 'name!': 'text', adminKey: 'text' });
const KEY_TRIES = { calls: 10, windowMs: 60_000 };

export interface PageConfig {
  botUsername: string;
  language: string;
  maxMessageLength: number;
  siteName: string;
  /** Whether the page can show the cores. */
  cores: boolean;
  editing: boolean;
  /** How long one's own messages may be changed; 0: always. */
  editMinutes: number;
  /** Who may delete what they wrote themselves. */
  deleteOwnRoles: readonly string[];
}

/** What the page needs beyond the Rocket.Chat calls: its settings, and the door. */
export class EmbeddedRoutes {
  private readonly keyTries: RateLimiter;

  constructor(
    private readonly accounts: Accounts,
    private readonly entry: PageEntry,
    private readonly config: PageConfig,
    now: () => number,
    private readonly cores?: CoresRoutes,
  ) {
    this.keyTries = new RateLimiter(KEY_TRIES, now);
  }

  async dispatch(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    try {
      if (request.method === 'GET' && path === '/embedded/config') sendJson(response, 200, this.config);
      else if (request.method === 'POST' && path === '/embedded/enter') await this.enter(request, response);
      else if (request.method === 'GET' && path === '/embedded/cores' && this.cores)
        await this.cores.show(request, response);
      else if (request.method === 'POST' && path === '/embedded/kill-active-core' && this.cores)
        await this.cores.kill(request, response);
      else throw Refusal.notFound('Not found');
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, body } = error.rest('8');
      sendJson(response, status, body);
    }
  }

  private async enter(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!sameOrigin(request)) throw new Refusal('Wrong origin', 'wrong-origin', { status: 403 });
    if (!/^application\/json\b/.test(header(request, 'content-type') ?? '')) {
      throw new Refusal('Send application/json', 'wrong-content-type', { status: 415 });
    }
    const values = ENTRY.check(await readJson(request));
    const adminKey = optionalText(values, 'adminKey');
    if (adminKey && !this.keyTries.take(addressOf(request)).allowed) {
      throw new Refusal('Too many tries, wait a minute.', 'too-many-requests', { status: 429 });
    }
    const token = header(request, 'x-auth-token');
    const caller = token ? await this.accounts.byToken(token, header(request, 'x-user-id')) : undefined;
    const { user, token: issued } = await this.entry.enter(
      optionalText(values, 'name') ?? '',
      adminKey,
      caller?.user,
    );
    sendJson(response, 200, {
      success: true,
      userId: user._id,
      authToken: issued.authToken,
      username: user.username,
      name: user.name,
      admin: user.roles.includes('admin'),
    });
  }
}
