import { Client, type Tool } from '@modelcontextprotocol/client';
import type { ServerTransport } from './server-transport';

/** Of tools/list; the client refuses more. */
const MOST_PAGES = 64;
const CLIENT = { name: 'rdzen', version: '1' };

/** A tool as its server describes it. */
export interface ListedTool {
  name: string;
  description?: string;
  inputSchema: unknown;
  outputSchema?: unknown;
  annotations?: unknown;
}

export interface CallOptions {
  /** From the call to its answer; progress does not lengthen it. */
  withinMs: number;
  signal?: AbortSignal;
  onProgress?: (progress: { progress: number; total?: number; message?: string }) => void;
}

/** What a tool answered. `structured`: its `structuredContent`. */
export interface ToolAnswer {
  isError: boolean;
  content: { type: string; text?: string; bytes: number }[];
  structured?: unknown;
  /** Of the answer as JSON. */
  bytes: number;
}

/**
 * - `timeout`: no answer within its time; whether it did what was asked is not known
 * - `closed`: the server ended, or its connection broke; whether it did what was asked is not known
 * - `protocol`: it answered with an error of JSON-RPC, whose `code` is there then, or with what is no answer
 * - `cancelled`: by the caller
 */
export type CallFailureKind = 'timeout' | 'closed' | 'protocol' | 'cancelled';

export class McpFailure extends Error {
  constructor(
    readonly kind: CallFailureKind,
    message: string,
    /** Of JSON-RPC; absent: it was no answer to what was asked. */
    readonly code?: number,
  ) {
    super(message);
    this.name = 'McpFailure';
  }
}

/**
 * A connection to one MCP server, over whatever transport. Legacy handshake: a probe for the stateless era makes some old
 * servers exit. Nothing the server sends is compiled or run here; schemas are for {@link compileToolSchema}.
 *
 * Errors: {@link McpFailure}.
 */
export class McpSession {
  /** Times the server said that its tools have changed. */
  listChanges = 0;
  /** Answers to what was not asked, and other messages that fit nothing. */
  strays = 0;
  /** Told after {@link listChanges} has grown. */
  onListChange?: () => void;
  /** Told once, when it has ended, by whomever. */
  onClosed?: () => void;
  private closed = false;

  private constructor(
    private readonly client: Client,
    readonly transport: ServerTransport,
  ) {}

  /** @param withinMs from now to the end of the handshake */
  static async connect(transport: ServerTransport, withinMs: number): Promise<McpSession> {
    const client = new Client(CLIENT, {
      versionNegotiation: { mode: 'legacy' },
      listMaxPages: MOST_PAGES,
      // Schemas of strangers are not compiled in this process by the client.
      jsonSchemaValidator: {
        getValidator: () => (input) => ({ valid: true, data: input as never, errorMessage: undefined }),
      },
    });
    const session = new McpSession(client, transport);
    client.onerror = () => {
      session.strays++;
    };
    client.setNotificationHandler('notifications/tools/list_changed', () => {
      session.listChanges++;
      session.onListChange?.();
    });
    client.onclose = () => {
      if (session.closed) return;
      session.closed = true;
      session.onClosed?.();
    };
    try {
      await client.connect(session.transport, { timeout: withinMs });
    } catch (error) {
      throw failureOf(error, withinMs);
    }
    return session;
  }

  get isClosed(): boolean {
    return this.closed;
  }

  get server(): { name: string; version: string } {
    const { name = '', version = '' } = this.client.getServerVersion() ?? {};
    return { name, version };
  }

  get protocolVersion(): string {
    return this.client.getNegotiatedProtocolVersion() ?? '';
  }

  get offersTools(): boolean {
    return this.client.getServerCapabilities()?.tools !== undefined;
  }

  ping(withinMs: number): Promise<void> {
    return this.asked(withinMs, () => this.client.ping({ timeout: withinMs }).then(() => undefined));
  }

  /** All pages. */
  async tools(withinMs: number): Promise<ListedTool[]> {
    const { tools } = await this.asked(withinMs, () =>
      this.client.listTools(undefined, { timeout: withinMs, maxTotalTimeout: withinMs, cacheMode: 'bypass' }),
    );
    return tools.map(({ name, description, inputSchema, outputSchema, annotations }: Tool) => ({
      name,
      ...(description === undefined ? {} : { description }),
      inputSchema,
      ...(outputSchema === undefined ? {} : { outputSchema }),
      ...(annotations === undefined ? {} : { annotations }),
    }));
  }

  async call(name: string, input: Record<string, unknown>, options: CallOptions): Promise<ToolAnswer> {
    const { withinMs, signal, onProgress } = options;
    const result = await this.asked(withinMs, () =>
      this.client.callTool(
        { name, arguments: input },
        {
          timeout: withinMs,
          maxTotalTimeout: withinMs,
          ...(signal ? { signal } : {}),
          ...(onProgress ? { onprogress: onProgress } : {}),
        },
      ),
    ).catch((error: unknown) => {
      if (signal?.aborted) throw new McpFailure('cancelled', 'it was cancelled');
      throw error;
    });
    const content: unknown[] = Array.isArray(result.content) ? result.content : [];
    return {
      isError: result.isError === true,
      content: content.map(partOf),
      ...(result.structuredContent === undefined ? {} : { structured: result.structuredContent }),
      bytes: Buffer.byteLength(JSON.stringify(result)),
    };
  }

  /** Ends its input: a server of this transport ends with it. */
  async close(): Promise<void> {
    await this.client.close().catch(() => undefined);
  }

  private async asked<T>(withinMs: number, work: () => Promise<T>): Promise<T> {
    if (this.closed) throw new McpFailure('closed', 'it has ended');
    try {
      return await work();
    } catch (error) {
      throw failureOf(error, withinMs);
    }
  }
}

function partOf(part: unknown): ToolAnswer['content'][number] {
  const { type = 'unknown', text } = (part ?? {}) as { type?: unknown; text?: unknown };
  return {
    type: typeof type === 'string' ? type : 'unknown',
    ...(typeof text === 'string' ? { text } : {}),
    bytes: Buffer.byteLength(JSON.stringify(part) ?? ''),
  };
}

/** Codes of the client: @modelcontextprotocol/core, `SdkErrorCode`. */
function failureOf(error: unknown, withinMs: number): McpFailure {
  if (error instanceof McpFailure) return error;
  const { code, message = String(error) } = error as { code?: unknown; message?: string };
  if (code === 'REQUEST_TIMEOUT') return new McpFailure('timeout', `no answer within ${withinMs / 1000} s`);
  if (code === 'CONNECTION_CLOSED' || code === 'NOT_CONNECTED' || code === 'SEND_FAILED')
    return new McpFailure('closed', 'it ended before it had answered');
  return new McpFailure('protocol', message.slice(0, 300), typeof code === 'number' ? code : undefined);
}
