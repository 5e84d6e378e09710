import { Logger } from '@nestjs/common';
import { GatewayBench } from '../../test/support/gateway-bench';
import { ChatPresence } from './chat-presence';

describe(ChatPresence.name, () => {
  beforeAll(() => void Logger.overrideLogger(false));

  it('keeps no guess: what the server says counts as soon as it says it', async () => {
    const bench = await GatewayBench.create();
    const sut = bench.get(ChatPresence);
    bench.chat.serverLimits = { ...bench.chat.serverLimits, maxMessageLength: 1_000 };
    bench.chat.fail('limits', 'timeout');
    expect((await bench.during(sut.limits())).maxLength).toBe(4_800);
    expect((await bench.during(sut.limits())).maxLength).toBe(800);
    await bench.clock.advance(600_000);
    bench.chat.fail('limits', 'timeout');
    expect((await bench.during(sut.limits())).maxLength).toBe(800);
    await bench.close();
  });
});
