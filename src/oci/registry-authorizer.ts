import { request, type Dispatcher } from 'undici';
import { parseChallenge } from './auth-challenge';
import { bodyOf } from './answer-body';
import { malformed, refused } from './registry-failure';

/** An account at one registry; shown to no other. */
export interface RegistryCredentials {
  host: string;
  username: string;
  password: string;
}

export interface Wanted {
  host: string;
  repository: string;
  right: 'pull' | 'pull,push' | 'delete';
}

const LARGEST_TOKEN_ANSWER = 256 * 1024;

/**
 * What goes into `Authorization`, once the registry has asked for it: Basic, or a token it wants fetched elsewhere.
 * Source: CNCF Distribution, "Token Authentication Specification".
 */
export class RegistryAuthorizer {
  private readonly known = new Map<string, string>();

  constructor(
    private readonly credentials: RegistryCredentials | undefined,
    private readonly reach: (url: URL) => { allowed: boolean; dispatcher: Dispatcher },
  ) {}

  /** What was good for the same before. */
  header(wanted: Wanted): string | undefined {
    return this.known.get(keyOf(wanted));
  }

  /**
   * Meets a challenge (401).
   *
   * @returns undefined where we have nothing to show
   * @throws RdzenError REGISTRY_*; what undici throws where the token's server cannot be reached
   */
  async answer(header: string | undefined, wanted: Wanted, signal: AbortSignal): Promise<string | undefined> {
    const challenge = parseChallenge(header);
    if (!challenge) return undefined;
    const basic = this.basicFor(wanted.host);
    const found =
      challenge.scheme === 'basic'
        ? basic
        : await this.token(challenge, wanted, basic, signal).then((token) => `Bearer ${token}`);
    if (found !== undefined) this.known.set(keyOf(wanted), found);
    return found;
  }

  private basicFor(host: string): string | undefined {
    const { credentials } = this;
    if (credentials?.host !== host) return undefined;
    return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
  }

  private async token(
    challenge: { realm: string; service?: string; scope?: string },
    wanted: Wanted,
    basic: string | undefined,
    signal: AbortSignal,
  ): Promise<string> {
    const what = `the token for ${wanted.host}/${wanted.repository}`;
    const realm = URL.canParse(challenge.realm) ? new URL(challenge.realm) : undefined;
    const reached = realm && this.reach(realm);
    if (!reached?.allowed)
      throw malformed(
        what,
        'it is to be fetched from where no secret may be sent to',
        'It must be an https:// address.',
      );
    if (challenge.service !== undefined) realm?.searchParams.set('service', challenge.service);
    const scope = challenge.scope ?? `repository:${wanted.repository}:${wanted.right}`;
    for (const each of scope.split(' ')) realm?.searchParams.append('scope', each);
    const answer = await request(realm as URL, {
      dispatcher: reached.dispatcher,
      signal,
      headers: { accept: 'application/json', 'user-agent': 'rdzen', ...(basic && { authorization: basic }) },
    });
    const text = (await bodyOf(answer.body, LARGEST_TOKEN_ANSWER, what)).toString('utf8');
    if (answer.statusCode !== 200) throw refused((realm as URL).host, what, answer.statusCode, text);
    const token = tokenIn(text);
    if (token === undefined) throw malformed(what, 'there is none in the answer');
    return token;
  }
}

function tokenIn(text: string): string | undefined {
  try {
    const { token, access_token: other } = JSON.parse(text) as Record<string, unknown>;
    const found = token ?? other;
    return typeof found === 'string' && /^[\x21-\x7e]+$/.test(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

function keyOf({ host, repository, right }: Wanted): string {
  return `${host} ${repository} ${right}`;
}
