import { argumentProblems } from './argument-problems.mjs';

const VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];
const MOST_HELD = 1024 * 1024;

/**
 * A well-behaved MCP server over stdio. Behaviours change it: they replace tools or methods of this one object.
 * Source: modelcontextprotocol.io, specification 2025-11-25: lifecycle, transports, server/tools, utilities.
 */
export class McpServer {
  /** @param {number} limit of the behaviour, in its own unit */
  constructor(tools, limit) {
    this.tools = tools;
    this.limit = limit;
    /** Tools on one page of their list. */
    this.page = 3;
    /** Calls that run, by the id of their request. @type {Map<string | number, AbortController>} */
    this.running = new Map();
  }

  tool(name) {
    return this.tools.find((tool) => tool.name === name);
  }

  async run() {
    process.on('SIGTERM', () => this.stop());
    await this.beforeReading();
    let held = '';
    process.stdin.setEncoding('utf8');
    process.stdin.on('data', (text) => {
      const lines = (held + text).split('\n');
      held = lines.pop() ?? '';
      if (held.length > MOST_HELD) this.stop();
      for (const line of lines) if (line.trim() !== '') void this.receive(line);
    });
    process.stdin.on('end', () => this.stop());
    // Whoever listened is gone.
    process.stdout.on('error', () => process.exit(0));
  }

  async beforeReading() {}

  stop() {
    process.exit(0);
  }

  /** Bytes or text as they are. @returns whether more may be written at once */
  raw(bytes) {
    return process.stdout.write(bytes);
  }

  send(message) {
    return this.raw(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  notify(method, params) {
    return this.send({ method, ...(params && { params }) });
  }

  respond(id, result) {
    this.send({ id, result });
  }

  async receive(line) {
    let message;
    try {
      message = JSON.parse(line);
    } catch {
      return this.send({ id: null, error: { code: -32700, message: 'Parse error' } });
    }
    const { id, method, params = {} } = message ?? {};
    if (typeof method !== 'string') {
      if (id === undefined) this.send({ id: null, error: { code: -32600, message: 'Invalid Request' } });
      return;
    }
    if (id === undefined) return this.notified(method, params);
    try {
      const result = await this.answer(method, params, id);
      if (result !== undefined) this.respond(id, result);
    } catch (error) {
      this.send({ id, error: { code: error.code ?? -32603, message: error.message } });
    }
  }

  notified(method, params) {
    if (method === 'notifications/initialized') this.initialized();
    if (method === 'notifications/cancelled') this.running.get(params.requestId)?.abort();
  }

  initialized() {}

  /** @returns the result; undefined: there will be none */
  answer(method, params, id) {
    if (method === 'initialize') return this.initialize(params);
    if (method === 'ping') return {};
    if (method === 'tools/list') return this.listTools(params);
    if (method === 'tools/call') return this.callTool(params, id);
    throw failure(-32601, `Method not found: ${method}`);
  }

  initialize({ protocolVersion }) {
    return {
      protocolVersion: VERSIONS.includes(protocolVersion) ? protocolVersion : VERSIONS[0],
      capabilities: { tools: { listChanged: true } },
      serverInfo: { name: 'component', title: 'Component for tests', version: '1.0.0' },
    };
  }

  listTools({ cursor }) {
    const from = cursor === undefined ? 0 : Number(cursor);
    if (!Number.isInteger(from) || from < 0 || from > this.tools.length)
      throw failure(-32602, 'Invalid cursor');
    const to = from + this.page;
    return {
      // Functions have no place in JSON and are left out.
      tools: this.tools.slice(from, to),
      ...(to < this.tools.length && { nextCursor: String(to) }),
    };
  }

  async callTool({ name, arguments: given = {}, _meta: { progressToken } = {} }, id) {
    const tool = this.tool(name);
    if (!tool) throw failure(-32602, `Unknown tool: ${name}`);
    const problems = this.problems(tool, given);
    if (problems.length > 0) return refusal(problems.join('; '));
    const abort = new AbortController();
    this.running.set(id, abort);
    const progress = (done, total) =>
      progressToken !== undefined &&
      this.notify('notifications/progress', { progressToken, progress: done, total });
    try {
      const outcome = await tool.run(given, { progress, signal: abort.signal, id });
      if (abort.signal.aborted) return undefined;
      return typeof outcome === 'string' ? said(outcome) : outcome;
    } finally {
      this.running.delete(id);
    }
  }

  problems(tool, given) {
    return argumentProblems(tool.inputSchema, given);
  }
}

export const said = (text) => ({ content: [{ type: 'text', text }] });

/** A failure of the tool, which the model is told. */
export const refusal = (text) => ({ ...said(text), isError: true });

/** A failure of the protocol. */
export const failure = (code, message) => Object.assign(new Error(message), { code });
