import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ErrorCode } from '../../../src/shared/error-codes';
import { testComponent } from '../../support/components/manifests';
import { InProcessRdzen, type Reply } from './support/in-process-rdzen';
import { expectProblem } from './support/problem';

jest.setTimeout(60_000);

const ANN = { id: 'ann-id', username: 'ann' };
const ROOT = { id: 'root-id', username: 'root' };
const OLGA = { id: 'olga-id', username: 'olga' };

describe('the catalogue', () => {
  let sut: InProcessRdzen;
  let data: string;
  const get = (path: string, key?: string): Promise<Reply> =>
    sut.ask('GET', `/api/v1/catalogue${path}`, key === undefined ? {} : { key });
  const list = async (path: string) =>
    JSON.parse((await get(path)).text) as { name: string; version: string; runnable: boolean }[];

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'rdzen-catalogue-e2e-'));
    const wild = join(data, 'wild');
    mkdirSync(wild);
    mkdirSync(join(data, 'catalogue'));
    writeFileSync(
      join(wild, 'evil.json'),
      readFileSync(resolve('test/support/catalogue/hostile/evil-egress.json')),
    );
    writeFileSync(join(wild, '@all.json'), '{"manifest": {"name": "[click](http://evil.example)"}}');
    writeFileSync(
      join(data, 'catalogue/sources.json'),
      JSON.stringify({ sources: [{ name: 'wild', kind: 'folder', location: wild, trust: 'untrusted' }] }),
    );
    sut = await InProcessRdzen.ready({ data });
  });
  afterAll(() => sut?.stop());

  it('lists everything by name, and by words what fits, in both languages', async () => {
    const all = await list('');
    expect(all.map(({ name }) => name)).toEqual([...all.map(({ name }) => name)].sort());
    expect(all).toHaveLength(9);
    expect(all.every(({ runnable }) => typeof runnable === 'boolean')).toBe(true);
    for (const words of ['fetch a web page', 'pobrać stronę internetową'])
      expect((await list(`?q=${encodeURIComponent(words)}`))[0]?.name).toBe(
        'io.github.zcaceres/mcp-fetch-server',
      );
  });

  it('shows one by its full or short name, with its manifest and what its tools may do', async () => {
    const { status, body } = await get('/time-mcp');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ name: 'io.github.yokingma/time-mcp', version: '1.0.6', versions: ['1.0.6'], license: 'MIT' },
      ...{ source: 'shipped', trust: 'shipped', signed: true, runnable: false, reviewer: 'Rdzen' },
      manifest: { packages: [{ registryType: 'npm', identifier: 'time-mcp' }] },
    });
    expect(body.tools).toContainEqual({ name: 'current_time', effect: 'read', egress: false });
    expect(body).not.toHaveProperty('digest');
    const full = await get(`/${encodeURIComponent('io.github.yokingma/time-mcp')}?version=1.0.6`);
    expect(full.body).toEqual(body);
  });

  it('tells of its sources, and what it refused', async () => {
    const { body } = await get('/sources');
    expect(body.sources).toEqual([
      expect.objectContaining({ name: 'shipped', state: 'fresh', entries: 8, refused: [] }),
      expect.objectContaining({
        ...{ name: 'wild', trust: 'untrusted', signed: false, entries: 1 },
        refused: [
          {
            source: 'wild',
            place: '@all.json',
            reason: expect.stringContaining('manifest is wrong') as string,
          },
        ],
      }),
    ]);
    const reload = await sut.ask('POST', '/api/v1/catalogue/sources/reload');
    expect(reload.status).toBe(200);
    expect(reload.body.sources).toHaveLength(2);
  });

  it('is for keys, and read again by those that may operate', async () => {
    expectProblem(await get('', ''), 'UNAUTHENTICATED');
    const read = await sut.key('read');
    expect((await get('', read)).status).toBe(200);
    const reload = await sut.ask('POST', '/api/v1/catalogue/sources/reload', { key: read });
    expectProblem(reload, 'FORBIDDEN');
  });

  it.each<[string, ErrorCode, RegExp]>([
    ['/nothing', 'COMPONENT_NOT_FOUND', /No component "nothing"/],
    ['/time-mcp?version=9.9.9', 'COMPONENT_NOT_FOUND', /There are: 1\.0\.6/],
    ['/time-mcp?version=%5E1', 'BAD_REQUEST', /one exact version/],
    ['?q=', 'BAD_REQUEST', /q/],
    ['?words=time', 'BAD_REQUEST', /words/],
  ])('refuses %s', async (path, code, words) => {
    expectProblem(await get(path), code, words);
  });

  describe('in the chat', () => {
    const says = (text: string): Promise<string> => sut.answerTo(sut.say(ANN, sut.chat.direct(ANN), text));

    it('is a short list, and tells what was refused without paging anybody', async () => {
      const all = await says('!catalogue');
      expect(all).toMatch(/^\*\*The catalogue\*\* has 9 components:\n- \*\*calc-mcp\*\* 2\.1\.1: Calculates/);
      expect(all).toContain('One entry was refused: `!catalogue refused`.');
      const refused = await says('!catalogue refused');
      expect(refused).toMatch(
        /^\*\*Refused, and so not in the catalogue\*\* \(1\):\n- @\u200ball\.json \(source wild\)/,
      );
      expect(refused).not.toContain('http://evil');
    });

    it('finds by words', async () => {
      expect(await says('!catalogue time in another city')).toMatch(
        /^\*\*What fits "time in another city"\*\*, the best first:\n- \*\*time-mcp\*\*/,
      );
      expect(await says('!catalogue qwertyuiop')).toBe(
        'Nothing in the catalogue fits "qwertyuiop". `!catalogue` lists everything.\nOne entry was refused: `!catalogue refused`.',
      );
    });

    it('shows one in full', async () => {
      const shown = await says('!component mcp-fetch-server');
      expect(shown.split('\n').slice(0, 5)).toEqual([
        '**Web pages** 1.1.2 (`io.github.zcaceres/mcp-fetch-server`), licence: MIT',
        'Fetches web pages as text, Markdown, HTML or JSON, from the hosts it is allowed to reach and from no others.',
        '- source: shipped (comes with Rdzen)',
        '- may reach: the internet, but only \\*.wikipedia.org:443, example.com:443',
        '- keeps: nothing after it has stopped',
      ]);
      expect(shown).toContain('- image: none on this machine yet; an administrator packs it');
      expect(await says('!component evil-egress')).toContain('not trusted: only an operator can install it');
      expect(await says('!component tme-mcp')).toContain('Did you mean `time-mcp`?');
      expect(await says('!component')).toMatch(/^Use `!component <name>`/);
    });

    it('tells operators where it comes from, and what is new when it was read again', async () => {
      sut.chat.roles.set('admin', [ROOT.id]);
      const told = (text: string): Promise<string> =>
        sut.answerTo(sut.say(ROOT, sut.chat.direct(ROOT), text));
      const sources = [
        '- **shipped**: 8 entries',
        `- **wild** (untrusted, ${join(data, 'wild')}): one entry, 1 refused (\`!catalogue refused\`)`,
      ];
      expect((await told('!sources')).split('\n')).toEqual([
        '**Where the catalogue comes from**:',
        ...sources,
        '`!sources reload` reads them again.',
      ]);
      expect((await told('!sources reload')).split('\n')).toEqual([
        '**Where the catalogue comes from**, read again just now:',
        ...sources,
        'Nothing new is offered.',
      ]);
      const manifest = testComponent('good').manifest(
        `sha256:${'a'.repeat(64)}`,
        '127.0.0.1:5001/tests/good:1.0.0',
      );
      writeFileSync(join(data, 'wild/good.json'), JSON.stringify({ manifest }));
      writeFileSync(
        join(data, 'catalogue/sources.json'),
        JSON.stringify({
          sources: [
            { name: 'wild', kind: 'folder', location: join(data, 'wild'), trust: 'untrusted' },
            { name: 'gone', kind: 'folder', location: join(data, 'gone'), trust: 'trusted' },
          ],
        }),
      );
      const after = await told('!sources reload');
      expect(after).toContain('2 entries, 1 refused');
      expect(after).toMatch(/- ⚠️ \*\*gone\*\* .*(cannot be used|cannot be read)/);
      expect(after.split('\n').at(-1)).toBe(`New: \`${manifest.name.split('/')[1]} 1.0.0\``);
      expect(await told('!sources now')).toMatch(/^`!sources` tells where/);
    });

    it('speaks Polish', async () => {
      const room = sut.chat.channel('biuro');
      sut.chat.moderators.set(room.id, [OLGA.id]);
      await sut.answerTo(sut.say(OLGA, room, '!language pl'));
      const polish = (text: string): Promise<string> => sut.answerTo(sut.say(OLGA, room, text));
      expect(await polish('!catalogue która godzina')).toMatch(
        /^\*\*Do „która godzina” pasują\*\*, od najlepszego:\n- \*\*time-mcp\*\* 1\.0\.6: Podaje godzinę/,
      );
      const shown = await polish('!component server-memory');
      expect(shown).toContain('- przechowuje: pliki, do 64 MiB');
      expect(shown).toContain('- narzędzia, które coś nadpisują lub usuwają: `delete_entities`');
    });
  });
});
