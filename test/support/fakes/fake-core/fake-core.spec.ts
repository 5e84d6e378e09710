import { HttpOllamaApi } from '../../../../src/ollama/http-ollama-api';
import { OllamaError } from '../../../../src/ollama/ollama-error';
import { SystemClock } from '../../../../src/shared/system-clock';
import { FakeCore } from './fake-core';
import type { Fault } from './fault';

describe(FakeCore.name, () => {
  const api = new HttpOllamaApi(new SystemClock());
  let sut: FakeCore;

  beforeEach(async () => {
    sut = await new FakeCore({ answer: () => 'one two three four' }).start();
  });
  afterEach(() => sut.close());

  async function ask(
    signal?: AbortSignal,
    onText: () => void = () => undefined,
  ): Promise<{ text: string; kind?: string }> {
    let text = '';
    try {
      const request = { model: sut.model, messages: [{ role: 'user' as const, content: 'Hi' }] };
      for await (const chunk of api.chat(sut.url, request, { signal })) {
        text += chunk.text;
        if (text !== '') onText();
      }
      return { text };
    } catch (error) {
      return { text, kind: (error as OllamaError).kind };
    }
  }

  const arrived = async (): Promise<void> => {
    while (sut.questions.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  const WHOLE = { text: 'one two three four' };

  it('answers whole and at once when nothing ails it', async () => {
    expect(await ask()).toEqual(WHOLE);
  });

  it.each<[Fault, { text: string; kind: string }]>([
    [
      { kind: 'cut', afterTokens: 2 },
      { text: 'one two', kind: 'reset' },
    ],
    [
      { kind: 'cut', afterTokens: 0 },
      { text: '', kind: 'reset' },
    ],
    [
      { kind: 'end', afterTokens: 2 },
      { text: 'one two', kind: 'truncated' },
    ],
    [
      { kind: 'error-line', afterTokens: 2 },
      { text: 'one two', kind: 'in-stream' },
    ],
    [
      { kind: 'garbage-line', afterTokens: 2 },
      { text: 'one two', kind: 'malformed' },
    ],
    [
      { kind: 'status', status: 500 },
      { text: '', kind: 'server-error' },
    ],
    [
      { kind: 'status', status: 503 },
      { text: '', kind: 'busy' },
    ],
    [{ kind: 'model-missing' }, { text: '', kind: 'model-missing' }],
  ])('fails as told: %j', async (fault, seen) => {
    await sut.set(fault);
    expect(await ask()).toEqual(seen);
    expect(await api.version(sut.url)).toMatch(/\d/);
    await sut.heal();
    expect(await ask()).toEqual(WHOLE);
  });

  it.each<[Fault, string]>([
    [{ kind: 'hang' }, ''],
    [{ kind: 'stall', afterTokens: 2 }, 'one two'],
  ])('is silent as told, and holds its slot: %j', async (fault, text) => {
    await sut.set(fault, { times: 1 });
    const abort = new AbortController();
    const hanging = ask(abort.signal);
    await arrived();
    const waiting = ask();
    expect(await api.version(sut.url)).toMatch(/\d/);
    expect(await Promise.race([waiting, new Promise((resolve) => setTimeout(resolve, 60, 'waits'))])).toBe(
      'waits',
    );
    abort.abort();
    expect(await hanging).toEqual({ text, kind: 'aborted' });
    expect(await waiting).toEqual(WHOLE);
  });

  it.each<[Fault, string]>([
    [{ kind: 'cut', afterTokens: 0 }, 'reset'],
    [{ kind: 'end', afterTokens: 0 }, 'truncated'],
    [{ kind: 'garbage-line', afterTokens: 0 }, 'malformed'],
    [{ kind: 'error-line', afterTokens: 0 }, 'in-stream'],
  ])('strikes in the middle of an answer: %j', async (fault, kind) => {
    await sut.set({ kind: 'slow', msPerToken: 60 });
    let begin = (): void => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const answer = ask(undefined, begin);
    await begun;
    await sut.strike(fault);
    const seen = await answer;
    expect(seen.kind).toBe(kind);
    expect(seen.text).toMatch(/^one( two)?$/);
  });

  it('refuses connections, cuts those it has, and comes back on the same port', async () => {
    const { url } = sut;
    await sut.set({ kind: 'hang' });
    const hanging = ask();
    await arrived();
    await sut.set({ kind: 'refuse' });
    expect((await hanging).kind).toBe('reset');
    expect((await ask()).kind).toBe('refused');
    await sut.heal();
    expect(sut.url).toBe(url);
    expect(await ask()).toEqual(WHOLE);
  });

  it('freezes whole and thaws', async () => {
    await sut.set({ kind: 'freeze' });
    const frozen = ask();
    await expect(api.version(sut.url, { timeoutMs: 60 })).rejects.toMatchObject({ kind: 'timeout' });
    await sut.heal();
    expect(await frozen).toEqual(WHOLE);
  });

  it('slows down', async () => {
    await sut.set({ kind: 'slow', msPerToken: 30 });
    const began = Date.now();
    expect(await ask()).toEqual(WHOLE);
    expect(Date.now() - began).toBeGreaterThan(110);
  });

  it('fails so many times and no more; loads do not count', async () => {
    await sut.set({ kind: 'end', afterTokens: 1 }, { times: 2 });
    await api.load(sut.url, sut.model, {});
    expect((await ask()).kind).toBe('truncated');
    expect((await ask()).kind).toBe('truncated');
    expect(await ask()).toEqual(WHOLE);
  });

  it('remembers what it was asked and how that ended', async () => {
    await api.load(sut.url, sut.model, { num_ctx: 512 });
    await ask();
    await sut.set({ kind: 'cut', afterTokens: 1 });
    await ask();
    expect(sut.requests.map(({ path, outcome }) => [path, outcome])).toEqual([
      ['/api/generate', 'answered'],
      ['/api/chat', 'answered'],
      ['/api/chat', 'closed'],
    ]);
    expect(sut.questions).toHaveLength(2);
    expect(sut.requests[0]?.body).toMatchObject({ options: { num_ctx: 512 }, keep_alive: -1 });
    expect(sut.questions[0]?.body).toMatchObject({ messages: [{ role: 'user', content: 'Hi' }] });
  });
});
