import type { OllamaError } from '../../../src/ollama/ollama-error';
import type { StreamChunk } from '../../../src/ollama/ollama-api';
import { eventually, LONG_QUESTION, pause, PINNED } from './core-client';
import type { ContractContext } from './contract-context';
import type { CoreTraits } from './core-under-test';

const TOKENS = 80;

export function describeFailures(context: ContractContext, traits: CoreTraits): void {
  /** Reads an answer, doing `harm` once after some words. */
  async function readWhile(
    harm: () => unknown,
  ): Promise<{ text: string; error?: OllamaError; harmedAt: number }> {
    let text = '';
    let words = 0;
    let harmedAt = 0;
    try {
      for await (const chunk of context.client.chat(LONG_QUESTION, { num_predict: TOKENS })) {
        text += chunk.text;
        if (++words === 5) {
          harmedAt = Date.now();
          await harm();
        }
      }
      return { text, harmedAt };
    } catch (error) {
      return { text, error: error as OllamaError, harmedAt };
    }
  }

  /** Some words of an answer, the harm, and the wait for the next word. */
  async function pending(
    harm: () => unknown,
  ): Promise<{ rest: AsyncIterator<StreamChunk>; next: Promise<boolean> }> {
    const rest = context.client.chat(LONG_QUESTION, { num_predict: TOKENS })[Symbol.asyncIterator]();
    for (let words = 0; words < 5; words++) await rest.next();
    await harm();
    // What was under way at the moment of the harm may still arrive.
    let silentSince = Date.now();
    let arrived = rest.next();
    while (Date.now() - silentSince < 150) {
      const spoke = await Promise.race([arrived.then(() => true), pause(50).then(() => false)]);
      if (!spoke) continue;
      silentSince = Date.now();
      arrived = rest.next();
    }
    return { rest, next: arrived.then(({ done }) => !done) };
  }

  async function finish(rest: AsyncIterator<StreamChunk>): Promise<void> {
    for (;;) {
      const step = await rest.next();
      if (step.done || step.value.done) return;
    }
  }

  function versionFailure(): Promise<string | undefined> {
    return context.client.api.version(context.core.url, { timeoutMs: 1000 }).then(
      () => undefined,
      (error: OllamaError) => error.kind,
    );
  }

  describe('failures', () => {
    beforeEach(() => context.client.api.load(context.core.url, context.core.model, PINNED));

    it('killed in mid-answer, breaks the connection at once', async () => {
      const { core, client } = context;
      try {
        const { text, error, harmedAt } = await readWhile(() => core.signal('SIGKILL'));
        expect(error?.kind).toBe('reset');
        expect(Date.now() - harmedAt).toBeLessThan(1000);
        expect(text).not.toBe('');
        // For a moment the dying process still accepts connections, and resets them.
        await eventually(async () => (await versionFailure()) === 'refused', 1000);
      } finally {
        await core.restart();
      }
      expect((await client.ask('Hi', { num_predict: 2 })).final.done).toBe(true);
    });

    it('stopped in mid-answer, is silent, and goes on when it is woken', async () => {
      const { core, client } = context;
      const { rest, next } = await pending(() => core.signal('SIGSTOP'));
      try {
        await expect(client.api.version(core.url, { timeoutMs: 300 })).rejects.toMatchObject({
          kind: 'timeout',
        });
      } finally {
        core.signal('SIGCONT');
      }
      expect(await next).toBe(true);
      await finish(rest);
      expect(await client.api.version(core.url, { timeoutMs: 1000 })).toMatch(/\d/);
    });

    if (!traits.hasRunner) return;

    it('tells of a runner that died in a line, and serves again', async () => {
      const { core, client } = context;
      const { error } = await readWhile(() => core.signalRunner('SIGKILL'));
      expect(error?.kind).toBe('in-stream');
      expect(error?.message).toContain('an error was encountered while running the model');
      expect(await client.api.ps(core.url)).toHaveLength(1);
      expect((await client.ask('Hi', { num_predict: 2 })).final.done).toBe(true);
    });

    it('is silent while its runner hangs, although the rest answers', async () => {
      const { core, client } = context;
      const { rest, next } = await pending(() => core.signalRunner('SIGSTOP'));
      try {
        expect(await client.api.version(core.url, { timeoutMs: 1000 })).toMatch(/\d/);
        expect(await client.api.ps(core.url, { timeoutMs: 1000 })).toHaveLength(1);
      } finally {
        await core.signalRunner('SIGCONT');
      }
      expect(await next).toBe(true);
      await finish(rest);
    });
  });
}
