import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { ChatPerson } from '../../support/chat-person';
import { type Program, Terminal } from './support/program';

jest.setTimeout(60_000);

/** The user `nobody`: root may write anywhere, so as root the program has to run as somebody who may not. */
const NOBODY = process.getuid?.() === 0 ? 65_534 : undefined;

describe('refusing to start', () => {
  const terminal = new Terminal();
  afterEach(() => terminal.clear());

  /** It ends with code 1, names the code and every word of the remedy, and shows no stack. */
  async function refuses(program: Program, code: string, ...words: (string | RegExp)[]): Promise<void> {
    expect(await program.exit(10_000)).toBe(1);
    const { output } = program;
    expect(output).toContain(`Rdzen cannot start (${code})`);
    for (const word of words) expect(output).toMatch(word);
    expect(output).not.toMatch(/^\s+at .*\(.*:\d+:\d+\)/m);
    expect(await program.descendants()).toEqual([]);
  }

  describe.each([
    ['RDZEN_PORT', 'API'],
    ['RDZEN_CHAT_PORT', 'chat page'],
  ])('%s taken by another program', (variable, what) => {
    let other: Server;
    let port: number;

    beforeEach(async () => {
      other = createServer((socket) => socket.end());
      await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
      port = (other.address() as { port: number }).port;
    });
    afterEach(() => new Promise((done) => other.close(done)));

    it('says so and names the variable; nothing is left that a later start would trip over', async () => {
      const data = terminal.folder();
      await refuses(
        await terminal.run(data, { [variable]: String(port) }),
        'PORT_IN_USE',
        what,
        String(port),
        variable,
        /[Ss]top/,
      );
      await new Promise((done) => other.close(done));
      await (await terminal.run(data, { [variable]: String(port) })).up();
    });
  });

  it('a file in place of the data folder', async () => {
    const file = join(terminal.folder(), 'data');
    writeFileSync(file, 'precious');
    await refuses(
      await terminal.run(file),
      'DATA_FOLDER_UNWRITABLE',
      file,
      /[Mm]ove the file aside/,
      'RDZEN_DATA',
    );
    expect(readFileSync(file, 'utf8')).toBe('precious');
  });

  it('a data folder that it may not write to', async () => {
    const around = terminal.folder();
    chmodSync(around, 0o755);
    const data = join(around, 'data');
    mkdirSync(data, { mode: 0o555 });
    await refuses(
      await terminal.run(data, {}, NOBODY),
      'DATA_FOLDER_UNWRITABLE',
      data,
      /permission/,
      /chown|chmod/,
      'RDZEN_DATA',
    );
  });

  it('a second instance on the same data folder; the first goes on answering', async () => {
    const data = terminal.folder();
    const first = await (await terminal.run(data)).up();
    const ann = await ChatPerson.enter(first.chatUrl, 'Ann');
    const room = await ann.direct();
    await ann.say(room, 'Hello');
    const words = [`process ${first.pid}`, first.apiUrl, `kill ${first.pid}`, 'RDZEN_DATA'];
    await refuses(await terminal.run(data), 'ALREADY_RUNNING', ...words);
    expect(await ann.waitForAnswers(room, 1)).toHaveLength(1);
    expect(await first.serves()).toBe(true);
    ann.leave();
  });

  it.each<[string, string, (string | RegExp)[]]>([
    ['RDZEN_PORT', 'eighty', ['RDZEN_PORT', 'eighty', /number|integer/]],
    ['RDZEN_LANGUAGE', 'de', ['RDZEN_LANGUAGE', 'de', 'en', 'pl']],
    ['RDZEN_PROT', '5000', ['RDZEN_PROT', /no setting/, 'README.md']],
    ['OLLAMA_URL_CORE1', 'not an address', ['OLLAMA_URL_CORE1', 'not an address', /http:\/\//]],
  ])('a wrong setting: %s=%s', async (name, value, words) => {
    await refuses(await terminal.run(terminal.folder(), { [name]: value }), 'SETTING_INVALID', ...words);
  });

  it.each([
    ['rdzen.db', 'not a database, but long enough to be read as one. '.repeat(40), /[Mm]ove it aside/],
    ['chat.db', 'not a database, but long enough to be read as one. '.repeat(40), /[Mm]ove it aside/],
    ['secret.key', 'not a key', /backup/],
  ])('a damaged %s: it is named and left as it is', async (name, content, remedy) => {
    const data = terminal.folder();
    writeFileSync(join(data, name), content);
    await refuses(await terminal.run(data), 'STORE_DAMAGED', name, remedy);
    expect(readFileSync(join(data, name), 'utf8')).toBe(content);
  });
});
