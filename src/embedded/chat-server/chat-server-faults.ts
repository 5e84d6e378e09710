/** A REST call as a fault hook sees it. */
export interface FaultCall {
  method: string;
  /** `chat.sendMessage`, `login`, ... */
  route: string;
  username?: string;
  body: Record<string, unknown>;
  query: Record<string, string>;
}

export type CallFault =
  /** The connection is destroyed without an answer. */
  | { kind: 'drop' }
  /** No answer, ever; the connection stays open. */
  | { kind: 'hang' }
  | { kind: 'delay'; ms: number }
  | { kind: 'reply'; status: number; body: unknown; headers?: Record<string, string> };

/** A realtime connection as a fault hook sees it; `id` differs for each connection. */
export interface FaultConnection {
  id: string;
  username?: string;
}

/**
 * Test-only: ways to make the server misbehave. Every hook is asked each time, so a test may change its mind by
 * changing the object it passed.
 */
export interface ChatServerFaults {
  /** Before the call is handled: a reply here means that nothing happened. */
  beforeCall?: (call: FaultCall) => CallFault | undefined;
  /** After the call was carried out, before its answer leaves. */
  afterCall?: (call: FaultCall) => CallFault | undefined;
  /** True swallows a frame on its way to the client. */
  dropOutgoing?: (frame: Record<string, unknown>, connection: FaultConnection) => boolean;
  /** True ignores a frame of the client. */
  dropIncoming?: (frame: Record<string, unknown>, connection: FaultConnection) => boolean;
  /** True: half-open. Nothing is read, nothing is written, not even pongs, and no connection is closed for it. */
  silent?: () => boolean;
  /** True answers the subscription with nosub. */
  refuseSubscription?: (name: string, params: unknown[], connection: FaultConnection) => boolean;
}

const refused = (status: number, error: string, more: Record<string, unknown> = {}): CallFault => ({
  kind: 'reply',
  status,
  body: { success: false, error, ...more },
});

/** Answers a real server gives in trouble, for use in the hooks above. */
export const chatFaults = {
  unauthorized: (): CallFault => refused(401, 'You must be logged in to do this.'),

  restrictedWorkspace: (): CallFault =>
    refused(400, 'restricted-workspace', { errorType: 'restricted-workspace' }),

  internalError: (): CallFault => refused(500, 'Internal server error'),

  proxyPage: (): CallFault => ({
    kind: 'reply',
    status: 502,
    body: '<html><body><h1>502 Bad Gateway</h1></body></html>',
    headers: { 'Content-Type': 'text/html' },
  }),

  tooManyRequests: (seconds: number, resetAt?: number): CallFault => ({
    kind: 'reply',
    status: 429,
    body: {
      success: false,
      error: `Error, too many requests. Please slow down. You must wait ${seconds} seconds before trying this endpoint again. [error-too-many-requests]`,
    },
    headers: {
      'X-RateLimit-Limit': '10',
      'X-RateLimit-Remaining': '0',
      ...(resetAt !== undefined && { 'X-RateLimit-Reset': String(resetAt) }),
    },
  }),
};
