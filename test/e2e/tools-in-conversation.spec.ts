import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { InstalledComponents } from '../../src/component-registry/installed/installed-components';
import { LanesService } from '../../src/chat-gateway/lanes.service';
import type { ChatMessage } from '../../src/rocket-chat/chat-types';
import { Store } from '../../src/storage/store';
import { ComponentCalls } from '../../src/tools/component-calls';
import { eventually } from '../support/chat-person';
import { FakeComponentCalls } from '../support/fakes/fake-component-calls';
import { FakeCore } from '../support/fakes/fake-core/fake-core';
import { installed, NOTES, TIME } from '../support/tools/a-component';
import { InProcessRdzen } from './api/support/in-process-rdzen';

const ANN = { id: 'ann-id', username: 'ann' };
const ROOT = { id: 'root-id', username: 'root' };
const TOKYO = 'What time is it in Tokyo?';

/** The real gateway over HTTP and real scripted cores; the components alone are ours. */
describe('tools in a conversation', () => {
  let cores: FakeCore[];
  let sut: InProcessRdzen;
  let calls: FakeComponentCalls;

  /** As when they were read from the disk. */
  const made = (app: NestFastifyApplication): void => {
    for (const lock of [TIME, NOTES]) app.get(InstalledComponents).set(installed(lock));
    app.get(ComponentCalls).call = (...call) => calls.call(...call);
  };
  /** Answers to a message; what is told of a switch of cores is none. */
  const answers = (message: ChatMessage): string[] =>
    sut.answersTo(message).filter((text) => !/^⚠️ Switched/.test(text) && !text.endsWith('▍'));
  const answer = async (message: ChatMessage): Promise<string> => {
    const [first = ''] = await eventually(
      () => answers(message),
      ({ length }) => length > 0,
      15_000,
      `an answer to ${message.text}`,
    );
    return first;
  };

  beforeEach(async () => {
    calls = new FakeComponentCalls();
    calls.answer = () => '2026-11-29 09:41';
    cores = await Promise.all([1, 2].map(() => new FakeCore({ model: 'fake' }).start()));
    sut = await InProcessRdzen.ready({ made, coreUrls: cores.map(({ url }) => url) });
    sut.chat.roles.set('admin', [ROOT.id]);
  });
  afterEach(async () => {
    await sut.stop();
    await Promise.all(cores.map((core) => core.close()));
  });

  it('has the tool’s answer stand in the chat answer, of which there is one', async () => {
    const asked = sut.say(ANN, sut.chat.direct(ANN), TOKYO);
    expect(await answer(asked)).toMatch(
      /`time-mcp__current_time` called, and it answered: 2026-11-29 09:41$/,
    );
    expect(calls.made).toEqual(['time-mcp current_time {"timezone":"Asia/Tokyo"}']);
    expect(answers(asked)).toHaveLength(1);
  });

  it('answers what needs no tool as before', async () => {
    const asked = sut.say(ANN, sut.chat.direct(ANN), 'Tell me about whales.');
    expect(await answer(asked)).toMatch(/You wrote: "Tell me about whales\."/);
    expect(calls.made).toEqual([]);
  });

  it('answers once where the core dies between the call and the answer', async () => {
    calls.answer = async () => {
      await cores[0]?.set({ kind: 'refuse' });
      return '2026-11-29 09:41';
    };
    const asked = sut.say(ANN, sut.chat.direct(ANN), TOKYO);
    expect(await answer(asked)).toMatch(/2026-11-29 09:41$/);
    expect(calls.made).toHaveLength(1);
    expect(cores[1]?.questions.length).toBeGreaterThan(0);
    expect(answers(asked)).toHaveLength(1);
  });

  it('goes on where it stood when the gateway is started again in the middle', async () => {
    calls.answer = () => new Promise(() => undefined);
    const room = sut.chat.direct(ANN);
    const asked = sut.say(ANN, room, TOKYO);
    await eventually(
      () => calls.made.length,
      (count) => count === 1,
      10_000,
      'the call is made',
    );
    const before = cores[0]?.questions.filter(({ body }) => JSON.stringify(body).includes(TOKYO)).length;

    await sut.app.get(LanesService).stop(0);
    await sut.stop(true);
    calls.answer = () => '2026-11-29 09:41';
    const { chat, data } = sut;
    sut = await InProcessRdzen.ready({ made, data, coreUrls: cores.map(({ url }) => url) }, (next) => {
      for (const message of chat.messages.values()) next.chat.messages.set(message.id, message);
      next.chat.direct(ANN);
    });
    expect(await answer(asked)).toMatch(/2026-11-29 09:41$/);
    expect(answers(asked)).toHaveLength(1);
    expect(before).toBe(1);
    expect(calls.made).toHaveLength(2);
    const rounds = await sut.app.get(Store).all('SELECT * FROM tool_rounds WHERE question_id = ?', asked.id);
    expect(rounds).toHaveLength(1);
  });

  it('asks before it destroys, and goes on by itself when an operator allows it', async () => {
    const room = sut.chat.direct(ANN);
    const asked = sut.say(ANN, room, 'Wipe all notes, please.');
    const texts = (): string[] => sut.answersTo(asked);
    const [question = ''] = await eventually(
      () => texts().filter((text) => text.includes('May I call')),
      ({ length }) => length === 1,
      10_000,
      'people are asked',
    );
    const [, code = ''] = /`!allow (\w+)`/.exec(question) ?? [];
    expect(calls.made).toEqual([]);

    const refused = sut.say(ANN, room, `!allow ${code}`);
    await eventually(
      () => texts().join('\n'),
      (all) => /may use|only/i.test(all),
      10_000,
      `${refused.id} is refused`,
    );
    expect(calls.made).toEqual([]);

    sut.say(ROOT, room, `!allow ${code}`);
    await eventually(
      () => texts().join('\n'),
      (all) => /`notes__wipe_notes` called/.test(all),
      10_000,
      'it is done',
    );
    expect(calls.made).toHaveLength(1);
    expect(texts().filter((text) => text.includes('`notes__wipe_notes` called'))).toHaveLength(1);
  });
});
