import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../shared/clock';
import { chatShape, generateShape } from './answer-shape';
import { Answering } from './answering';
import type { Brain, BrainModel } from './brain';
import { CoreFailure } from './core-failure';
import {
  type ChatCall,
  type GenerateCall,
  modelOf,
  parseBody,
  parseChat,
  parseEmbed,
  parseEmbeddings,
  parseGenerate,
} from './core-request';
import { Embedding } from './embedding';
import { sameModelName, withTag } from './model-name';
import { psAnswer, showAnswer, tagsAnswer, versionAnswer } from './core-shapes';
import { ModelSlot } from './model-slot';
import { Reply } from './reply';

type Handler = (reply: Reply, request: IncomingMessage, signal: AbortSignal) => void | Promise<void>;
type Method = 'GET' | 'HEAD' | 'POST';

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** Ollama's HTTP API over one brain with one model, without the server that listens. */
export class CoreApi {
  private readonly slot: ModelSlot;
  private readonly answering: Answering;
  private readonly embedding: Embedding;
  private readonly routes: Record<string, Partial<Record<Method, Handler>>>;
  private readonly installedAt: string;
  private readonly now = (): number => this.clock.now();

  constructor(
    private readonly brain: Brain,
    private readonly clock: Clock,
  ) {
    this.slot = new ModelSlot(brain, this.now);
    this.answering = new Answering(brain, this.slot, clock);
    this.embedding = new Embedding(brain, this.slot, clock);
    this.installedAt = new Date(clock.now()).toISOString();
    const root: Handler = (reply) => reply.text(200, 'Ollama is running');
    const version: Handler = (reply) => reply.json(200, versionAnswer(brain.kind));
    const tags: Handler = (reply) => reply.json(200, tagsAnswer(brain.model, this.installedAt));
    this.routes = {
      '/': { GET: root, HEAD: root },
      '/api/version': { GET: version, HEAD: version },
      '/api/tags': { GET: tags, HEAD: tags },
      '/api/ps': {
        GET: (reply) => reply.json(200, psAnswer(brain.model, this.slot.options, this.slot.expiresAt)),
      },
      '/api/show': { POST: (reply, request) => this.show(reply, request) },
      '/api/chat': { POST: (reply, request, signal) => this.chat(reply, request, signal) },
      '/api/embed': { POST: (reply, request, signal) => this.embed(reply, request, signal) },
      '/api/embeddings': { POST: (reply, request, signal) => this.embedOne(reply, request, signal) },
      '/api/generate': { POST: (reply, request, signal) => this.generate(reply, request, signal) },
    };
  }

  /** Ends what runs and lets the model go; the connections must be cut already, so that nobody listens. */
  async close(): Promise<void> {
    await this.slot.close();
    await this.brain.dispose();
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = new Reply(response);
    const listener = new AbortController();
    response.on('close', () => listener.abort());
    try {
      await this.route(reply, request, listener.signal);
    } catch (error) {
      if (!listener.signal.aborted) fail(reply, error);
    }
  }

  private async route(reply: Reply, request: IncomingMessage, signal: AbortSignal): Promise<void> {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const handlers = Object.hasOwn(this.routes, path) ? this.routes[path] : undefined;
    if (!handlers) return reply.text(404, '404 page not found');
    const handler = handlers[request.method as Method];
    if (!handler)
      return reply.text(405, '405 method not allowed', { Allow: Object.keys(handlers).join(', ') });
    await handler(reply, request, signal);
  }

  private async show(reply: Reply, request: IncomingMessage): Promise<void> {
    const body = parseBody(await readBody(request));
    const model = modelOf(body) || (typeof body.name === 'string' ? body.name : '');
    if (model === '') throw new CoreFailure(400, 'model is required');
    reply.json(200, showAnswer(this.requireModel(model, `model '${model}' not found`), this.installedAt));
  }

  private async chat(reply: Reply, request: IncomingMessage, signal: AbortSignal): Promise<void> {
    const call = parseChat(parseBody(await readBody(request)));
    const shape = chatShape(call.model, this.now);
    const empty = call.messages.length === 0;
    if (call.model === '') throw new CoreFailure(400, 'model is required');
    if (empty && keepsNothing(call)) {
      this.requireModel(call.model, `model '${call.model}' not found`);
      this.unloadWhenFree();
      return reply.json(200, shape.final('', 'unload'));
    }
    this.requireModel(call.model, `model "${call.model}" not found, try pulling it first`);
    this.requireSupport(call);
    const input = empty ? undefined : { turns: call.messages };
    await this.answering.answer({ call, shape, input, withContext: false }, reply, signal);
  }

  private async generate(reply: Reply, request: IncomingMessage, signal: AbortSignal): Promise<void> {
    const call = parseGenerate(parseBody(await readBody(request)));
    const shape = generateShape(call.model, this.now);
    this.requireModel(call.model, `model '${call.model}' not found`);
    if (call.prompt === '' && keepsNothing(call)) {
      this.unloadWhenFree();
      return reply.json(200, shape.final('', 'unload'));
    }
    this.requireSupport(call);
    const turns = [
      ...(call.system ? [{ role: 'system', content: call.system }] : []),
      { role: 'user', content: call.prompt },
    ];
    const input = call.prompt === '' ? undefined : call.raw ? { raw: call.prompt } : { turns };
    await this.answering.answer({ call, shape, input, withContext: !call.raw }, reply, signal);
  }

  private async embed(reply: Reply, request: IncomingMessage, signal: AbortSignal): Promise<void> {
    const call = parseEmbed(parseBody(await readBody(request)));
    this.requireModel(call.model, `model "${call.model}" not found, try pulling it first`);
    await this.embedding.embed(call, reply, signal);
  }

  private async embedOne(reply: Reply, request: IncomingMessage, signal: AbortSignal): Promise<void> {
    const call = parseEmbeddings(parseBody(await readBody(request)));
    if (call.model === '') throw new CoreFailure(400, 'model is required');
    this.requireModel(call.model, `model "${call.model}" not found, try pulling it first`);
    await this.embedding.embedOne(call, reply, signal);
  }

  /** As Ollama: the caller is answered at once, a running answer is finished first. */
  private unloadWhenFree(): void {
    void this.slot.use(new AbortController().signal, () => this.slot.unload());
  }

  private requireModel(name: string, message: string): BrainModel {
    const { model } = this.brain;
    if (!model || !sameModelName(name, model.name)) throw new CoreFailure(404, message);
    return model;
  }

  private requireSupport(call: ChatCall | GenerateCall): void {
    const { model, unsupported, format } = call;
    const tools = 'tools' in call && call.tools.length > 0 && !this.brain.callsTools ? 'tools' : undefined;
    const wish = tools ?? unsupported ?? (format && !this.brain.keepsFormat ? 'format' : undefined);
    if (wish) throw new CoreFailure(400, `${withTag(model)} does not support ${wish}`);
  }
}

/** Ollama counts whole seconds here. */
function keepsNothing({ keepAliveMs = Infinity }: ChatCall | GenerateCall): boolean {
  return keepAliveMs < 1000;
}

function fail(reply: Reply, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof CoreFailure) return reply.json(error.status, { error: message });
  const failure = { error: `an error was encountered while running the model: ${message}` };
  if (!reply.started) return reply.json(500, failure);
  reply.line(failure);
  reply.end();
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY_BYTES) throw new CoreFailure(413, `a body of more than ${MAX_BODY_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
