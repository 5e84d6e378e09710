import { join, sep } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../shared/clock';
import type { SchemaQuestion, SchemaVerdict } from './schema-worker';
import { SchemaRefused } from './tool-schema';

/** Started, with all it needs to load, on a busy machine. */
const STARTED_WITHIN_MS = 20_000;
const JUDGED_WITHIN_MS = 5_000;
const MEMORY_MB = 128;

/** It took for ever, and was ended. */
export class SchemaTookTooLong extends Error {
  constructor() {
    super('to check it takes for ever, or all memory, so that it was ended');
  }
}

/**
 * Judges schemas and values of components in a thread of its own: a pattern that backtracks for ever is ended with the
 * thread, and the process goes on meanwhile. One question at a time.
 */
export class SchemaJudge {
  private worker?: Worker;
  private ready?: Promise<void>;
  private lastId = 0;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly clock: Clock,
    private readonly withinMs = JUDGED_WITHIN_MS,
  ) {}

  /** @throws SchemaRefused, SchemaTookTooLong */
  async accept(schema: unknown): Promise<void> {
    await this.ask(JSON.stringify(schema) ?? 'null');
  }

  /**
   * @returns what of the value does not fit, in Ajv's words
   * @throws SchemaRefused, SchemaTookTooLong
   */
  check(schema: unknown, value: unknown): Promise<string[]> {
    return this.ask(JSON.stringify(schema) ?? 'null', JSON.stringify(value) ?? 'null');
  }

  async close(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    this.ready = undefined;
    await worker?.terminate();
  }

  private ask(schema: string, value?: string): Promise<string[]> {
    const mine = this.turn.then(
      () => this.judged(schema, value),
      () => this.judged(schema, value),
    );
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async judged(schema: string, value?: string): Promise<string[]> {
    await this.started();
    const { worker } = this;
    if (!worker) throw new Error('the judge of schemas is closed');
    const question: SchemaQuestion = { id: ++this.lastId, schema, ...(value === undefined ? {} : { value }) };
    const { refused, misfits, fault } = await this.answer(worker, question, this.withinMs);
    if (refused !== undefined) throw new SchemaRefused(refused);
    if (fault !== undefined) throw new Error(fault);
    return misfits ?? [];
  }

  private started(): Promise<void> {
    this.ready ??= (async () => {
      const worker = new Worker(workerFile(), {
        resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
        env: {},
        stdout: false,
      });
      // Its end shows to whoever waits for an answer.
      worker.on('error', () => undefined);
      worker.unref();
      this.worker = worker;
      // Loading is not what is timed afterwards.
      await this.answer(worker, { id: ++this.lastId, schema: '{"type":"object"}' }, STARTED_WITHIN_MS);
    })();
    return this.ready;
  }

  private answer(worker: Worker, question: SchemaQuestion, withinMs: number): Promise<SchemaVerdict> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        timer.cancel();
        worker.off('message', onMessage);
        worker.off('exit', onExit);
        worker.off('error', onError);
      };
      const onMessage = (verdict: SchemaVerdict): void => {
        if (verdict.id !== question.id) return;
        end();
        resolve(verdict);
      };
      let ours = false;
      let cause: Error | undefined;
      const onError = (error: Error): void => {
        cause = error;
      };
      const onExit = (): void => {
        end();
        this.ready = undefined;
        const heavy = (cause as { code?: string } | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY';
        reject(ours || heavy ? new SchemaTookTooLong() : new Error('The judge of schemas ended', { cause }));
      };
      const timer = this.clock.after(withinMs, () => {
        ours = true;
        void worker.terminate();
      });
      worker.on('error', onError);
      worker.on('message', onMessage);
      worker.on('exit', onExit);
      worker.postMessage(question);
    });
  }
}

/** Compiled code: what runs from its sources (a test) takes the build beside them. */
function workerFile(): string {
  const folder = __filename.endsWith('.ts')
    ? __dirname.replace(`${sep}src${sep}`, `${sep}dist${sep}`)
    : __dirname;
  return join(folder, 'schema-worker.js');
}
