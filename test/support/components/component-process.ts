import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { type Frame, FrameReader, type FrameViolation, type JsonObject } from '../../../src/mcp/frame-reader';
import { LineRing } from '../../../src/containers/line-ring';

export const PROGRAM = join(__dirname, 'component.mjs');

/** JSON-RPC over the standard streams of a program, as little of it as tests need. */
export class ComponentProcess {
  readonly frames = new FrameReader();
  readonly violations: FrameViolation[] = [];
  /** Messages that answer no request of ours; at most 1,000. */
  readonly others: JsonObject[] = [];
  readonly stderr = new LineRing(50, 500);
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  outputBytes = 0;
  private readonly waiting = new Map<number, (answer: JsonObject) => void>();
  private readonly child: ChildProcessWithoutNullStreams;
  private lastId = 0;

  /** As a plain child process, with nothing of our environment. */
  static of(behaviour: string, env: Record<string, string> = {}): ComponentProcess {
    return new ComponentProcess(process.execPath, [PROGRAM, behaviour], { PATH: '/bin', ...env });
  }

  constructor(command: string, args: string[], env: Record<string, string | undefined>) {
    const child = spawn(command, args, { env });
    this.child = child;
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', (chunk: Buffer) => {
      this.outputBytes += chunk.length;
      for (const frame of this.frames.read(chunk, performance.now())) this.take(frame);
    });
    const errors = this.stderr.sink();
    child.stderr.on('data', (chunk: Buffer) => errors.write(chunk));
    this.exited = new Promise((resolve) =>
      child.once('close', (code, signal) => {
        errors.end();
        resolve({ code, signal });
      }),
    );
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  notify(method: string, params: object = {}): void {
    this.write({ method, params });
  }

  /** @throws Error when the answer is an error, when there is none in time, or when the program ended */
  async request(method: string, params: object = {}, withinMs = 10_000): Promise<JsonObject> {
    const id = ++this.lastId;
    let timer: NodeJS.Timeout | undefined;
    const answered = new Promise<JsonObject>((resolve) => this.waiting.set(id, resolve));
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(reject, withinMs, new Error(`no answer to ${method} within ${withinMs} ms`));
    });
    const gone = this.exited.then(({ code, signal }) => {
      throw new Error(`it ended with ${code ?? signal}`);
    });
    this.write({ id, method, params });
    try {
      const { result, error } = await Promise.race([answered, late, gone]);
      if (error) throw new Error(JSON.stringify(error));
      return result as JsonObject;
    } finally {
      clearTimeout(timer);
      this.waiting.delete(id);
    }
  }

  /** The id that the next request will have. */
  get nextId(): number {
    return this.lastId + 1;
  }

  async connect(withinMs = 10_000): Promise<JsonObject> {
    const clientInfo = { name: 'tests', version: '1' };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
    const initialized = await this.request('initialize', params, withinMs);
    this.notify('notifications/initialized');
    return initialized;
  }

  async listTools(mostPages = 64): Promise<{ tools: JsonObject[]; pages: number }> {
    const tools: JsonObject[] = [];
    let cursor: unknown;
    let pages = 0;
    do {
      const page = await this.request('tools/list', cursor === undefined ? {} : { cursor });
      tools.push(...(page.tools as JsonObject[]));
      cursor = page.nextCursor;
      pages++;
    } while (cursor !== undefined && pages < mostPages);
    return { tools, pages };
  }

  call(name: string, given: unknown = {}, withinMs?: number): Promise<JsonObject> {
    return this.request('tools/call', { name, arguments: given }, withinMs);
  }

  closeStdin(): void {
    this.child.stdin.end();
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async end(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  private write(message: object): void {
    this.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  private take(frame: Frame): void {
    if ('violation' in frame) return void this.violations.push(frame.violation);
    const { id, method } = frame.message;
    const waiting = method === undefined ? this.waiting.get(id as number) : undefined;
    if (waiting) {
      // Once: what comes under the same id afterwards was not asked for.
      this.waiting.delete(id as number);
      waiting(frame.message);
    } else if (this.others.length < 1_000) this.others.push(frame.message);
  }
}

/** All that an answer says, in one text. */
export function textOf(answer: JsonObject): string {
  return (answer.content as { text?: string }[]).map(({ text }) => text ?? '').join('\n');
}
