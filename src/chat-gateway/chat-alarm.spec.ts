import { VirtualClock } from '../../test/support/virtual-clock';
import { EventBus } from '../events/event-bus';
import { ChatError } from '../rocket-chat/chat-error';
import { ChatAlarm } from './chat-alarm';

describe(ChatAlarm.name, () => {
  function alarm() {
    const bus = new EventBus();
    const heard: (string | undefined)[] = [];
    bus.on(
      'chat.problem-changed',
      ({ problem }) => void heard.push(problem && `${problem.kind}: ${problem.message}`),
    );
    return { sut: new ChatAlarm(bus, new VirtualClock()), heard };
  }

  it('tells a restricted workspace once, with the remedy, and its end', () => {
    const { sut, heard } = alarm();
    sut.raise(new ChatError('restricted-workspace', 'The workspace is restricted.'));
    sut.raise(new ChatError('restricted-workspace', 'The workspace is restricted.'));
    expect(heard).toEqual([
      expect.stringMatching(/^restricted-workspace: The workspace is restricted\. .*licence/),
    ]);
    sut.clear('disconnected');
    expect(heard).toHaveLength(1);
    sut.clear('restricted-workspace');
    expect(heard.at(-1)).toBeUndefined();
  });

  it('does not let a broken connection hide a refusal', () => {
    const { sut, heard } = alarm();
    sut.raise(new ChatError('login-refused', 'Wrong password.'));
    sut.disconnected('the socket closed');
    expect(heard).toHaveLength(1);
    sut.clear();
    sut.disconnected('the socket closed');
    expect(heard.at(-1)).toBe('disconnected: the socket closed');
  });
});
