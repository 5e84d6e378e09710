import { ChatPerson, eventually } from '../support/chat-person';
import { RunningRdzen } from '../support/running-rdzen';

jest.setTimeout(120_000);

const NAME = 'rdzen-admin';
/** Automatic switches that are made; instead of one more an alert is written. */
const SWITCHES = 3;

interface Told {
  _id: string;
  msg: string;
  t?: string;
}

describe('the room of the administrators', () => {
  let rdzen: RunningRdzen;
  let root: ChatPerson;
  let ann: ChatPerson;
  let room: string;

  beforeAll(async () => {
    rdzen = await RunningRdzen.start();
    root = await ChatPerson.enter(rdzen.chatUrl, 'Root', rdzen.adminKey);
    ann = await ChatPerson.enter(rdzen.chatUrl, 'Ann');
    room = await listed(root);
  });
  afterAll(async () => {
    for (const person of [root, ann]) person?.leave();
    await rdzen?.close();
  });

  const roomsOf = async (person: ChatPerson): Promise<{ rid: string; name: string; t: string }[]> => {
    type Listed = { update: { rid: string; name: string; t: string }[] };
    return (await person.call<Listed>('GET', 'subscriptions.get')).update;
  };
  /** Its id, as soon as the person has it among their rooms. */
  const listed = async (person: ChatPerson): Promise<string> => {
    const found = await eventually(
      async () => (await roomsOf(person)).find(({ name }) => name === NAME),
      (entry) => entry !== undefined,
      10_000,
      `#${NAME} is among the rooms of ${person.username}; Rdzen said:\n${rdzen.output.slice(-2000)}`,
    );
    return found?.rid ?? '';
  };
  const messagesIn = async (path: string, roomId: string): Promise<Told[]> =>
    (await root.call<{ messages: Told[] }>('GET', `${path}.history?roomId=${roomId}&count=200`)).messages;
  const alerts = async (): Promise<Told[]> =>
    (await messagesIn('groups', room)).filter(({ msg }) => msg.startsWith('📌'));

  it('is made at the first start, private, and there for administrators only', async () => {
    expect((await roomsOf(root)).map(({ name, t }) => [name, t])).toContainEqual([NAME, 'p']);
    expect((await roomsOf(ann)).map(({ name }) => name)).toEqual(['general']);
    for (const path of [`rooms.info?roomName=${NAME}`, `groups.history?roomId=${room}`])
      await expect(ann.call('GET', path)).rejects.toThrow(/not.allowed/i);
    await expect(ann.say(room, 'Hello?')).rejects.toThrow(/not.allowed/i);
    expect(rdzen.output).not.toMatch(/Alerts cannot be posted/);
  });

  it('lists whoever becomes an administrator later at once', async () => {
    const eve = await ChatPerson.enter(rdzen.chatUrl, 'Eve', rdzen.adminKey);
    expect((await roomsOf(eve)).map(({ name }) => name)).toContain(NAME);
    eve.leave();
  });

  it('is a room like any other: a command is obeyed, talk is not answered', async () => {
    const talk = await root.say(room, 'Who has looked at the cores today?');
    const command = await root.say(room, '!switch 1');
    const [reply] = await eventually(
      () => root.answersInThread(command),
      ({ length }) => length > 0,
      10_000,
      'a reply to the command',
    );
    expect(reply?.text).toMatch(/Core 1 is active already/);
    expect(await root.answersInThread(talk)).toEqual([]);
  });

  it('gets an alert once, whatever restarts, and nobody else hears of it', async () => {
    for (let each = 0; each <= SWITCHES; each++) {
      await rdzen.ready();
      const { pid, id } = await rdzen.active();
      process.kill(pid ?? 0, 'SIGKILL');
      const switched = each < SWITCHES;
      await eventually(
        () => rdzen.status(),
        ({ active_core, mode }) => (switched ? active_core !== id : mode === 'PINNED'),
        10_000,
        switched ? `core ${id} is left` : 'no further switch is made',
      );
    }
    await eventually(alerts, ({ length }) => length > 0, 10_000, 'the alert');
    expect(rdzen.output).toMatch(/Alert pinned:\d+: .*Too many switches/);

    await rdzen.exitCleanly();
    await rdzen.launch();
    await rdzen.ready();
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    const [{ msg } = { msg: '' }, ...more] = await alerts();
    expect(more).toEqual([]);
    expect(msg).toContain('Too many switches in ten minutes');
    expect(rdzen.output.match(/Made the private room/g)).toHaveLength(1);

    const { room: general } = await root.call<{ room: { _id: string } }>(
      'GET',
      'rooms.info?roomName=general',
    );
    const announced = (await messagesIn('channels', general._id)).filter(({ t }) => t === undefined);
    expect(announced.length).toBeGreaterThanOrEqual(SWITCHES);
    expect(announced.filter((message) => message.msg.includes('Too many switches'))).toEqual([]);
    expect(ann.seen.filter(({ roomId }) => roomId === room)).toEqual([]);
    // Whoever was invited once is not invited again.
    const invitations = (await messagesIn('groups', room)).filter(({ t }) => t === 'au' || t === 'uj');
    expect(invitations.map(({ msg: guest }) => guest).sort()).toEqual(['eve', 'root']);
  });
});
