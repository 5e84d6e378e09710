// The least of an MCP client over stdio, to look at a server by hand. Source: MCP specification, stdio transport.
import { spawn } from 'node:child_process';

const ANSWER_MS = 15_000;

/** A server as a child process. Call `initialize` first, and `end` at last. */
export class StdioMcp {
  #next = 0;
  #waiting = new Map();
  #buffer = '';
  errors = '';

  constructor(file, args, { cwd, env }) {
    this.child = spawn(process.execPath, [file, ...args], { cwd, env });
    this.child.stdout.setEncoding('utf8').on('data', (text) => this.#read(text));
    this.child.stderr.setEncoding('utf8').on('data', (text) => (this.errors += text).slice(0, 10_000));
    this.child.stdin.on('error', () => undefined);
    this.child.on('exit', (code) =>
      this.#failAll(`it ended with ${code}: ${this.errors.trim().slice(0, 300)}`),
    );
  }

  async initialize() {
    await this.ask('initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'rdzen-check', version: '1' },
    });
    this.#send({ method: 'notifications/initialized' });
  }

  /** All tools, over all pages. */
  async tools() {
    const tools = [];
    let cursor;
    do {
      const page = await this.ask('tools/list', cursor === undefined ? {} : { cursor });
      tools.push(...page.tools);
      cursor = page.nextCursor;
    } while (cursor !== undefined && tools.length < 1_000);
    return tools;
  }

  ask(method, params) {
    const id = ++this.#next;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#settle(id, { error: { message: 'no answer in 15 s' } }),
        ANSWER_MS,
      );
      this.#waiting.set(id, { resolve, reject, timer });
      this.#send({ id, method, params });
    });
  }

  end() {
    this.child.kill('SIGKILL');
  }

  #send(message) {
    this.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  #read(text) {
    const lines = (this.#buffer + text).split('\n');
    this.#buffer = lines.pop();
    for (const line of lines) {
      try {
        const message = JSON.parse(line);
        if ('result' in message || 'error' in message) this.#settle(message.id, message);
      } catch {
        // Some servers greet on stdout before they speak the protocol.
      }
    }
  }

  #settle(id, { result, error }) {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    if (error) waiting.reject(new Error(error.message));
    else waiting.resolve(result);
  }

  #failAll(message) {
    for (const id of [...this.#waiting.keys()]) this.#settle(id, { error: { message } });
  }
}
