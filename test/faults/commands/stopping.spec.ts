import { setTimeout as sleep } from 'node:timers/promises';
import { ChatPerson, eventually } from '../../support/chat-person';
import { lives } from '../process-engine/support/processes';
import { type Program, Terminal } from './support/program';

jest.setTimeout(60_000);

/** Two cores, the chat server and the reaper. */
const FAMILY = 4;

describe('stopping it', () => {
  const terminal = new Terminal();
  afterEach(() => terminal.clear());

  async function running(): Promise<{ program: Program; family: number[] }> {
    const program = await (await terminal.run()).up();
    const family = await program.descendants();
    expect(family.filter(lives)).toHaveLength(FAMILY);
    return { program, family };
  }

  it.each<[string, (program: Program) => void]>([
    ['Ctrl-C', (program) => program.signalGroup('SIGINT')],
    ['SIGTERM', (program) => program.signal('SIGTERM')],
    ['a closed terminal', (program) => program.signalGroup('SIGHUP')],
  ])('%s ends every child and then itself, with code 0', async (_, stop) => {
    const { program, family } = await running();
    stop(program);
    expect(await program.exit(8_000)).toBe(0);
    // The reaper goes by itself, once it has heard that all is done.
    await eventually(
      () => family.filter(lives),
      (left) => left.length === 0,
      1_000,
      'nobody is left',
    );
  });

  it('Ctrl-C under npm comes twice at once: it is one wish', async () => {
    const { program, family } = await running();
    program.signalGroup('SIGINT');
    await sleep(20);
    program.signal('SIGINT');
    expect(await program.exit(8_000)).toBe(0);
    await eventually(
      () => family.filter(lives),
      (left) => left.length === 0,
      1_000,
      'nobody is left',
    );
  });

  it('SIGTERM in mid-answer lets the answer finish', async () => {
    const { program } = await running();
    const ann = await ChatPerson.enter(program.chatUrl, 'Ann');
    const room = await ann.direct();
    await ann.say(room, 'Hello');
    const growing = ([first]: { text: string }[]): boolean => first?.text.endsWith('▍') ?? false;
    await eventually(() => ann.answersIn(room), growing, 10_000, 'an answer grows');
    program.signal('SIGTERM');
    expect(await program.exit(25_000)).toBe(0);
    ann.leave();
    expect(ann.seen.filter(({ username }) => username === 'system-bot').at(-1)?.text).toMatch(
      /while I tell it\.$/,
    );
  });

  it('a second Ctrl-C, in mid-answer, ends it at once', async () => {
    const { program, family } = await running();
    const ann = await ChatPerson.enter(program.chatUrl, 'Ann');
    const room = await ann.direct();
    await ann.say(room, 'Tell me a long story');
    await eventually(
      () => ann.answersIn(room),
      ({ length }) => length > 0,
      10_000,
      'an answer grows',
    );
    program.signalGroup('SIGINT');
    await sleep(2_000);
    program.signalGroup('SIGINT');
    expect(await program.exit(1_000)).toBe(1);
    ann.leave();
    await eventually(
      () => family.filter(lives),
      (left) => left.length === 0,
      5_000,
      'nobody is left',
    );
  });

  it('Ctrl-C while it starts leaves nobody behind', async () => {
    for (const wait of [150, 350, 600]) {
      const program = await terminal.run();
      await sleep(wait);
      const family = await program.descendants();
      program.signalGroup('SIGINT');
      await program.exit(8_000);
      await eventually(
        () => family.filter(lives),
        (left) => left.length === 0,
        5_000,
        'nobody is left',
      );
    }
  });

  it.each([
    ['', undefined],
    [' while a core is stopped', 'SIGSTOP'],
  ] as const)('within 5 s of a SIGKILL%s nobody below it lives', async (_, before) => {
    const { program, family } = await running();
    if (before) process.kill(await program.pidOfCore(1), before);
    program.signal('SIGKILL');
    await program.exit();
    await eventually(
      () => family.filter(lives),
      (left) => left.length === 0,
      5_000,
      'nobody is left',
    );
  });
});
