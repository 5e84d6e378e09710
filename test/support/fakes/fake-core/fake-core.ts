import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CoreTool, CoreToolCall, Turn } from '../../../../src/embedded/core/brain';
import type { CoreApi } from '../../../../src/embedded/core/core-api';
import { CoreServer } from '../../../../src/embedded/core/core-server';
import { ScriptedBrain } from '../../../../src/embedded/core/scripted-brain';
import { SystemClock } from '../../../../src/shared/system-clock';
import { type Fault, STATUS_MESSAGES, type StruckCall } from './fault';
import { FaultyBrain } from './faulty-brain';

export interface FakeCoreOptions {
  model?: string;
  /** Default: any that is free. */
  port?: number;
  /** Default: as fast as it can. */
  tokensPerSecond?: number;
  /** What it says, in place of the script. A trailing assistant turn is the answer's beginning: say the rest. */
  answer?: (turns: Turn[]) => string;
  /** What it has called, in place of the scripted core's rule; undefined: by that rule after all. */
  wishes?: (turns: Turn[], tools: CoreTool[]) => CoreToolCall[] | undefined;
}

export interface RecordedRequest {
  method: string;
  path: string;
  /** The parsed body of a POST, once it has come; the raw text where it is no JSON. */
  body?: unknown;
  /** Milliseconds of the monotonic clock. */
  at: number;
  /** `closed`: the client left, or a fault cut it off, before the answer was whole. */
  outcome: 'open' | 'answered' | 'closed';
}

const GENERATING = ['/api/chat', '/api/generate'];

/**
 * A scripted core in this process that can be hurt. A fault holds for requests that arrive after {@link set} (`refuse`
 * at once), for the next `times` of them or until {@link heal}; {@link strike} hurts what is being answered as well.
 */
export class FakeCore {
  readonly requests: RecordedRequest[] = [];
  private readonly clock = new SystemClock();
  private readonly calls = new AsyncLocalStorage<StruckCall>();
  private readonly running = new Set<StruckCall>();
  private readonly brain: FaultyBrain;
  private server?: CoreServer;
  private port: number;
  private fault?: Fault;
  private timesLeft = Infinity;
  private thaw: (() => void)[] = [];

  constructor({ port = 0, ...options }: FakeCoreOptions = {}) {
    this.port = port;
    const scripted = new ScriptedBrain(this.clock, { tokensPerSecond: Infinity, ...options });
    this.brain = new FaultyBrain(scripted, this.calls, () => this.takeFault());
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The model's name as a request may give it. */
  get model(): string {
    return this.brain.model.name;
  }

  /** The requests that asked for an answer, loads excluded. */
  get questions(): RecordedRequest[] {
    return this.requests.filter(({ path, body }) => GENERATING.includes(path) && !isLoad(body));
  }

  async start(): Promise<this> {
    this.server = new CoreServer({
      brain: this.brain,
      clock: this.clock,
      port: this.port,
      handle: (api, request, response) => this.handle(api, request, response),
    });
    this.port = (await this.server.start()).port;
    return this;
  }

  async set(fault: Fault, { times = Infinity }: { times?: number } = {}): Promise<void> {
    await this.heal();
    this.fault = fault;
    this.timesLeft = times;
    if (fault.kind === 'refuse') await this.server?.close();
  }

  /** {@link set}, and the same for the answers that are being given: a fault in the middle of an answer. */
  async strike(fault: Fault): Promise<void> {
    await this.set(fault);
    for (const call of this.running) call.fault = fault;
  }

  async heal(): Promise<void> {
    const refused = this.fault?.kind === 'refuse';
    this.fault = undefined;
    for (const resume of this.thaw.splice(0)) resume();
    if (refused) await this.start();
  }

  async close(): Promise<void> {
    this.fault = undefined;
    for (const resume of this.thaw.splice(0)) resume();
    await this.server?.close();
  }

  private async handle(api: CoreApi, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const entry = this.record(request, response);
    if (this.fault?.kind === 'freeze') await new Promise<void>((resolve) => this.thaw.push(resolve));
    recordBody(entry, request);
    if (!GENERATING.includes(entry.path)) return api.handle(request, response);
    if (this.fault?.kind === 'status' || this.fault?.kind === 'model-missing') {
      return refuse(response, this.takeFault(), this.model);
    }
    const call: StruckCall = {};
    this.running.add(call);
    response.on('close', () => this.running.delete(call));
    strikeLines(response, call);
    await this.calls.run(call, () => api.handle(request, response));
  }

  private takeFault(): Fault | undefined {
    const { fault } = this;
    if (fault && --this.timesLeft <= 0) this.fault = undefined;
    return fault;
  }

  private record(request: IncomingMessage, response: ServerResponse): RecordedRequest {
    const entry: RecordedRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      at: this.clock.monotonic(),
      outcome: 'open',
    };
    this.requests.push(entry);
    response.on('finish', () => (entry.outcome = 'answered'));
    response.on('close', () => {
      if (entry.outcome === 'open') entry.outcome = 'closed';
    });
    return entry;
  }
}

/** Listens in; the core reads the same body, so both must begin in the same turn of the event loop. */
function recordBody(entry: RecordedRequest, request: IncomingMessage): void {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const text = Buffer.concat(parts).toString('utf8');
    if (text) entry.body = parsed(text);
  });
}

/** Lets as many lines through as the fault of `call` says and then does its harm; what comes after that is dropped. */
function strikeLines(response: ServerResponse, call: StruckCall): void {
  const write = response.write.bind(response) as (chunk: unknown) => boolean;
  const end = response.end.bind(response) as (chunk?: unknown) => ServerResponse;
  let lines = 0;
  let struck = false;
  const strike = (harm: () => void): void => {
    if (struck) return;
    struck = true;
    // The lines before must have left, or a reset would take them along.
    setImmediate(harm);
  };
  const harmOf = ({ fault }: StruckCall): { afterTokens: number; harm: () => void } | undefined => {
    switch (fault?.kind) {
      case 'cut':
        return { ...fault, harm: () => response.socket?.resetAndDestroy() };
      case 'end':
        return { ...fault, harm: () => end() };
      case 'garbage-line':
        return { ...fault, harm: () => end('{"model":"scripted","mess<<<\n') };
      default:
        return undefined;
    }
  };
  response.write = (chunk: unknown): boolean => {
    const planned = harmOf(call);
    if (!planned || lines++ < planned.afterTokens) return write(chunk);
    strike(planned.harm);
    return true;
  };
  response.end = (chunk?: unknown): ServerResponse => {
    const planned = harmOf(call);
    if (!planned) return end(chunk);
    strike(planned.harm);
    return response;
  };
}

function refuse(response: ServerResponse, fault: Fault | undefined, model: string): void {
  const failed = fault?.kind === 'status' ? fault : undefined;
  const status = failed?.status ?? 404;
  const missing = `model "${model}" not found, try pulling it first`;
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' });
  response.end(
    JSON.stringify({ error: failed ? (failed.message ?? STATUS_MESSAGES[status] ?? 'failed') : missing }),
  );
}

function isLoad(body: unknown): boolean {
  const { messages, prompt } = (body ?? {}) as { messages?: unknown[]; prompt?: string };
  return !messages?.length && !prompt;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
