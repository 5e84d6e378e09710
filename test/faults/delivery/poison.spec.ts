import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import Database from 'libsql';
import { scriptedAnswer } from '../../../src/embedded/core/scripted-answer';
import { ChatPerson, eventually } from '../../support/chat-person';
import { RunningRdzen } from '../../support/running-rdzen';
import { OllamaThatCrashes } from './support/ollama-that-crashes';

jest.setTimeout(120_000);

const WORDS = 'the question of death';
const POISON = `Tell me ${WORDS}, please`;
/** A plain answer takes about a second; a core that died is back within a few. */
const ANSWERED_WITHIN_MS = 8_000;

/** Real: the gateway, its chat server, two cores as processes of its engine. Scripted: what the cores say, and of what they die. */
describe('a question that kills every core it is put to', () => {
  let ollama: OllamaThatCrashes;
  let rdzen: RunningRdzen;
  let ann: ChatPerson;
  let annsRoom: string;
  /** They ask in turn: of one person so many questions would be too many. */
  const others: { person: ChatPerson; room: string; asked: number }[] = [];
  let poison: string;
  /** How long the questions of the others took. */
  const waits: number[] = [];

  const journal = <T>(sql: string, ...values: string[]): T[] => {
    const database = new Database(join(rdzen.data, 'rdzen.db'), { readonly: true });
    try {
      return database.prepare(sql).all(...values) as T[];
    } finally {
      database.close();
    }
  };
  const letter = (): { state: string; reason: string | null; deaths: number } | undefined =>
    journal<{ state: string; reason: string | null; deaths: number }>(
      'SELECT state, reason, deaths FROM inbox WHERE id = ?',
      poison,
    )[0];
  /** Cores that were started again, which they are after every death. */
  const restarts = (): number[] =>
    journal<{ core: number }>(
      "SELECT core FROM core_history WHERE to_state = 'starting' AND from_state <> 'unknown' ORDER BY core",
    ).map(({ core }) => core);
  const otherAsks = async (number: number): Promise<void> => {
    const other = others[number % others.length];
    if (!other) throw new Error('nobody is there');
    const { person, room } = other;
    const question = `question ${number}`;
    const at = performance.now();
    await person.say(room, question);
    const answers = await person.waitForAnswers(room, ++other.asked, 20_000);
    waits.push(performance.now() - at);
    expect(answers.at(-1)).toBe(scriptedAnswer([{ role: 'user', content: question }]));
  };

  beforeAll(async () => {
    ollama = new OllamaThatCrashes(WORDS, 120);
    rdzen = await RunningRdzen.start(ollama.environment);
    ann = await ChatPerson.enter(rdzen.chatUrl, 'Ann');
    annsRoom = await ann.direct();
    for (const name of ['Bob', 'Cid', 'Dan', 'Eve', 'Flo']) {
      const person = await ChatPerson.enter(rdzen.chatUrl, name);
      others.push({ person, room: await person.direct(), asked: 0 });
    }
  });
  afterAll(async () => {
    ann?.leave();
    for (const { person } of others) person.leave();
    await rdzen?.close();
    ollama?.remove();
  });

  it('is given up after the second death; others are answered all along', async () => {
    poison = await ann.say(annsRoom, POISON);
    for (let number = 1; letter()?.state !== 'dead' || number <= 3; number++) {
      if (number > 30)
        throw new Error(`It is still ${JSON.stringify(letter())}:\n${rdzen.output.slice(-4000)}`);
      await otherAsks(number);
    }
    expect(Math.max(...waits)).toBeLessThan(ANSWERED_WITHIN_MS);
    expect(letter()).toMatchObject({ deaths: 2, reason: expect.stringContaining('2 times a core died') });
    const [apology] = await eventually(
      async () => (await ann.answersIn(annsRoom)).map(({ text }) => text),
      ([last]) => last?.includes('I could not answer') === true,
      5_000,
      'Ann is told',
    );
    expect(apology).not.toContain('▍');
  });

  it('kills no third core', async () => {
    await sleep(2_000);
    await rdzen.ready();
    expect(restarts()).toEqual([1, 2]);
    const attempts = journal<{ core: number }>(
      'SELECT core FROM attempts WHERE message_id = ? ORDER BY number',
      poison,
    );
    expect(attempts.map(({ core }) => core).sort()).toEqual([1, 2]);
    process.stdout.write(`\nothers waited ${waits.map((ms) => Math.round(ms)).join(' ')} ms\n`);
  });

  it('is shown to the administrators: where and whose, not what it says', async () => {
    const notes = journal<{ text: string; room_id: string }>(
      "SELECT text, room_id FROM notices WHERE key LIKE 'alert:dead-letter:%'",
    );
    expect(notes).toEqual([{ text: expect.stringContaining(poison), room_id: 'rdzen:admin-room' }]);
    expect(notes[0]?.text).toContain(annsRoom);
    expect(notes[0]?.text).not.toContain(WORDS);
    const { body } = await rdzen.api('GET', '/api/v1/messages');
    expect(body).toEqual([expect.objectContaining({ id: poison, state: 'dead', deaths: 2 })]);
  });

  it('is put to a core again only where somebody wants it, and buried again after two deaths', async () => {
    const { status, body } = await rdzen.api('POST', `/api/v1/messages/${poison}/requeue`);
    expect({ status, body }).toMatchObject({ status: 200, body: { deaths: 0 } });
    await eventually(letter, (seen) => seen?.state === 'dead', 60_000, 'it is given up again');
    expect(letter()).toMatchObject({ deaths: 2 });
    await rdzen.ready();
    expect(restarts()).toHaveLength(4);
    expect((await rdzen.api('POST', `/api/v1/messages/${poison}/discard`)).status).toBe(204);
    await otherAsks(99);
  });
});
