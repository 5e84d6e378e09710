import { Logger } from '@nestjs/common';
import { GatewayBench } from '../../test/support/gateway-bench';
import { MessageIntake } from './message-intake';

const MENTION = { mentions: [{ id: 'bot', username: 'system-bot' }] };

describe(MessageIntake.name, () => {
  let bench: GatewayBench;
  let sut: MessageIntake;

  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(async () => {
    bench = await GatewayBench.create();
    bench.chat.addRoom('general', 'channel');
    sut = bench.get(MessageIntake);
  });
  afterEach(() => bench.close());

  const take = async (text: string, rest = {}): Promise<{ id: string; state?: string; reason?: string }> => {
    const message = bench.chat.post('general', text, rest);
    await bench.during(sut.take(message));
    const question = await bench.journal.find(message.id);
    return { id: message.id, state: question?.state, reason: question?.reason };
  };

  it('takes part in the thread of a question from its acceptance on, not only once it is answered', async () => {
    const asked = await take('@system-bot why?', MENTION);
    expect(asked.state).toBe('queued');
    expect(await take('and how?', { threadId: asked.id })).toMatchObject({ state: 'queued' });
  });

  it('takes no part in the thread of a command or of a question it refused', async () => {
    const command = await take('@system-bot !status', MENTION);
    expect(await take('thanks', { threadId: command.id })).toMatchObject({ reason: 'not addressed' });
    const long = await take(`@system-bot ${'why? '.repeat(2_000)}`, MENTION);
    expect(long.state).toBe('rejected');
    expect(await take('oh', { threadId: long.id })).toMatchObject({ reason: 'not addressed' });
  });
});
