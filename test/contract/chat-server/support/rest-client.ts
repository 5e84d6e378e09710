export interface RestAnswer {
  status: number;
  body: Record<string, unknown>;
  headers: Headers;
}

export interface Session {
  userId: string;
  authToken: string;
  username: string;
}

/** Calls the server as a client would, with or without a login. */
export class RestClient {
  constructor(
    readonly url: string,
    readonly session?: Session,
  ) {}

  get(path: string, query: Record<string, string | number> = {}): Promise<RestAnswer> {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) search.set(name, String(value));
    return this.call('GET', `/api/v1/${path}?${search.toString()}`);
  }

  post(path: string, body: unknown = {}): Promise<RestAnswer> {
    return this.call('POST', `/api/v1/${path}`, body);
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<RestAnswer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(this.session && { 'X-Auth-Token': this.session.authToken, 'X-User-Id': this.session.userId }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return {
      status: response.status,
      body: (await response.json()) as Record<string, unknown>,
      headers: response.headers,
    };
  }

  async loginAs(username: string, password: string): Promise<RestClient> {
    const { status, body } = await this.post('login', { user: username, password });
    if (status !== 200) throw new Error(`login as ${username}: ${status} ${JSON.stringify(body)}`);
    const { userId, authToken } = body['data'] as { userId: string; authToken: string };
    return new RestClient(this.url, { userId, authToken, username });
  }

  /** As a person on the page. */
  async enterAs(name: string, adminKey?: string): Promise<RestClient> {
    const { status, body } = await this.call('POST', '/embedded/enter', {
      name,
      ...(adminKey && { adminKey }),
    });
    if (status !== 200) throw new Error(`enter as ${name}: ${status} ${JSON.stringify(body)}`);
    const { userId, authToken, username } = body as unknown as Session;
    return new RestClient(this.url, { userId, authToken, username });
  }
}
