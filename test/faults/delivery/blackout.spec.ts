import { scriptedAnswer } from '../../../src/embedded/core/scripted-answer';
import { ChatPerson, eventually } from '../../support/chat-person';
import { CorePair } from './support/core-pair';
import { Stage } from './support/stage';

jest.setTimeout(90_000);

const LONG = 'Tell me a long story';
const told = (question: string): string => scriptedAnswer([{ role: 'user', content: question }]);

describe('cores that stop, and come back', () => {
  let cores: CorePair;
  let stage: Stage;
  let ann: ChatPerson;
  let room: string;

  beforeEach(async () => {
    cores = await CorePair.start(100);
    stage = await Stage.set({ coreUrls: cores.urls });
    ann = await stage.enter('Ann');
    room = await ann.direct();
    await stage.run();
  });
  afterEach(async () => {
    await stage.close();
    cores.close();
  });

  async function growing(): Promise<void> {
    const long = ([first]: { text: string }[]): boolean => (first?.text.length ?? 0) > 100;
    await eventually(() => ann.answersIn(room), long, 10_000, 'an answer grows');
  }

  it('C13: the old core goes on telling after the failover: nothing of that is seen', async () => {
    await ann.say(room, LONG);
    await growing();
    cores.signal('SIGSTOP', 1);
    await eventually(
      () => stage.journal<{ core: number }>('SELECT core FROM attempts ORDER BY number'),
      (attempts) => attempts.map(({ core }) => core).join() === '1,2',
      10_000,
      'the other core took over',
    );
    cores.signal('SIGCONT', 1);
    await stage.expectTexts(() => ann.answersIn(room), [told(LONG)]);
    const attempts = stage.journal<{ outcome: string }>('SELECT outcome FROM attempts ORDER BY number');
    expect(attempts).toEqual([
      { outcome: expect.stringMatching(/silent|down/) as string },
      { outcome: 'complete' },
    ]);
    expect(await stage.rdzen.status()).toMatchObject({ active_core: 2, epoch: 2 });
  });

  it.each([
    ['are stopped', 'SIGSTOP'],
    ['are killed', 'SIGKILL'],
  ] as const)(
    'both %s: every waiting room is told once within 10 s, and all are answered in order afterwards',
    async (_, signal) => {
      const bob = await stage.enter('Bob');
      const bobsRoom = await bob.direct();
      await ann.say(room, LONG);
      await growing();
      const blackAt = performance.now();
      cores.signal(signal);
      await ann.say(room, 'second');
      await bob.say(bobsRoom, 'third');

      for (const [person, direct] of [
        [ann, room],
        [bob, bobsRoom],
      ] as const) {
        const blackouts = (seen: string[]): boolean => seen.some((text) => text.startsWith('⏳'));
        await eventually(
          () => stage.noticesIn(person, { direct }),
          blackouts,
          15_000,
          `${person.username} is told`,
        );
      }
      expect(performance.now() - blackAt).toBeLessThan(10_000);
      expect(await stage.rdzen.status()).toMatchObject({ mode: 'BLACKOUT' });

      if (signal === 'SIGSTOP') cores.signal('SIGCONT');
      else await cores.startAll();
      await stage.expectTexts(() => ann.answersIn(room), [told(LONG), told('second')], 40_000);
      await stage.expectTexts(() => bob.answersIn(bobsRoom), [told('third')]);
      for (const [person, direct] of [
        [ann, room],
        [bob, bobsRoom],
      ] as const) {
        const notices = await stage.noticesIn(person, { direct });
        expect(notices.filter((text) => text.startsWith('⏳'))).toHaveLength(1);
      }
    },
  );

  it('a blackout outlasts the gateway: the queue is kept, and nobody is told twice', async () => {
    await ann.say(room, LONG);
    await growing();
    cores.signal('SIGKILL');
    await ann.say(room, 'second');
    const blackout = (seen: string[]): boolean => seen.some((text) => text.startsWith('⏳'));
    await eventually(() => stage.noticesIn(ann, { direct: room }), blackout, 15_000, 'Ann is told');
    await stage.kill();
    await stage.rdzen.launch();
    await eventually(
      () => stage.rdzen.status().catch(() => undefined),
      (status) => status?.mode === 'BLACKOUT' && status.rocketchat_connected,
      15_000,
      'it is dark again',
    );
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    await cores.startAll();
    await stage.expectTexts(() => ann.answersIn(room), [told(LONG), told('second')], 40_000);
    const notices = await stage.noticesIn(ann, { direct: room });
    expect(notices.filter((text) => text.startsWith('⏳'))).toHaveLength(1);
  });
});
