import { Logger } from '@nestjs/common';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStore } from '../../../test/support/memory-store';
import { SeededRandom } from '../../../test/support/seeded-random';
import { VirtualClock } from '../../../test/support/virtual-clock';
import { Settings } from '../../config/settings';
import type { LibsqlStore } from '../../storage/libsql-store';
import { type Manifest, PUBLISHER } from '../manifest/manifest';
import { CatalogueService, type SourceState } from './catalogue.service';
import { ImageBindings } from './image-bindings';
import type { RepositoryCatalogue } from './repository-catalogue';
import { SeenVersions } from './seen-versions';
import { ShippedCatalogue } from './shipped-catalogue';
import { publicKeyText, signatureOf } from './signature';
import { SourceCache } from './source-cache';
import { SourceReader } from './source-reader';
import { WebDocumentFailure, WebDocuments, type WebDocument, type WebDocumentRequest } from './web-documents';

const HOUR = 3_600_000;
const KEY = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const ROOT = 'https://acme.example/catalogue.json';

function manifest(name: string, version = '1.0.0', block: object = {}): Manifest {
  return {
    ...{ name, version, description: 'Does something.' },
    packages: [{ registryType: 'oci', identifier: 'a.example/x:1', transport: { type: 'stdio' } }],
    _meta: {
      [PUBLISHER]: {
        rdzen: {
          ...{ schema: '1', kind: 'mcp-tool', digest: `sha256:${'a'.repeat(64)}` },
          tools: [{ name: 'do_it', effect: 'read' }],
          ...block,
        },
      },
    },
  };
}
const signed = (given: Manifest, key = KEY): object => ({
  manifest: given,
  signature: signatureOf({ manifest: given }, key),
});

/** A web of documents by address, with ETags made of what they hold. */
class Web extends WebDocuments {
  documents: Record<string, string> = {};
  asked: string[] = [];
  failure?: WebDocumentFailure;
  silent = false;

  async get({ url, etag, signal, most }: WebDocumentRequest): Promise<WebDocument> {
    this.asked.push(`${url.pathname}${etag === undefined ? '' : ' if changed'}`);
    if (this.silent)
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
      );
    if (this.failure) throw this.failure;
    const text = this.documents[url.href];
    if (text === undefined) throw new WebDocumentFailure(`${url.host} answers 404.`, true);
    if (text.length > most) throw new WebDocumentFailure('too large', true);
    return etag === `"${text}"` ? { changed: false } : { changed: true, text, etag: `"${text}"` };
  }

  async close(): Promise<void> {
    return Promise.resolve();
  }
}

describe(CatalogueService.name, () => {
  let data: string;
  let store: LibsqlStore;
  let clock: VirtualClock;
  let web: Web;
  let sut: CatalogueService;

  const service = (repositories?: RepositoryCatalogue): CatalogueService =>
    new CatalogueService(
      Object.assign(new Settings(), { RDZEN_DATA: data }),
      clock,
      new SeededRandom(),
      new ShippedCatalogue(),
      new SourceReader(clock, new SourceCache(join(data, 'catalogue/cache')), web, repositories),
      new SeenVersions(store, clock),
      new ImageBindings(join(data, 'catalogue/images')),
    );
  const configure = (...sources: object[]): void => {
    mkdirSync(join(data, 'catalogue'), { recursive: true });
    writeFileSync(join(data, 'catalogue/sources.json'), JSON.stringify({ shipped: false, sources }));
  };
  const acme = (more: object = {}): object => ({
    ...{ name: 'acme', kind: 'https', location: ROOT, trust: 'trusted', publicKey: publicKeyText(KEY) },
    ...more,
  });
  const offer = (...entries: (object | string)[]): void =>
    void (web.documents[ROOT] = JSON.stringify({ entries }));
  const names = (): string[] => sut.list().map(({ manifest: { name, version } }) => `${name} ${version}`);
  const reasons = (): string[] => sut.refused().map(({ reason }) => reason);
  /** Files are real, time is not. */
  const until = async (come: () => boolean): Promise<void> => {
    while (!come()) await new Promise((resolve) => setImmediate(resolve));
  };
  const source = (): SourceState => sut.sources().sources[0]!;

  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(async () => {
    data = mkdtempSync(join(tmpdir(), 'rdzen-catalogue-'));
    store = await memoryStore();
    clock = new VirtualClock();
    web = new Web();
    sut = service();
  });
  afterEach(async () => {
    await sut.stop();
    await store.close();
    rmSync(data, { recursive: true, force: true });
  });

  it('offers what comes with the program where nothing is configured', async () => {
    await sut.opened();
    expect(sut.list()).toHaveLength(8);
    expect(sut.sources()).toEqual({
      sources: [expect.objectContaining({ name: 'shipped', state: 'fresh', entries: 8, refused: [] })],
    });
    expect(sut.search('Która jest godzina w Tokio?')[0]?.entry.manifest.name).toContain('time-mcp');
    expect(web.asked).toEqual([]);
  });

  it('is read a little after the start, or with the first question for it, and once', async () => {
    configure(acme());
    offer(signed(manifest('a.b/one')));
    sut.start();
    expect(() => sut.list()).toThrow('before it was opened');
    await clock.advance(4_999);
    expect(web.asked).toEqual([]);
    await Promise.all([sut.opened(), sut.opened()]);
    await until(() => names().length > 0);
    const asked = [...web.asked];
    await clock.advance(2);
    await sut.opened();
    expect(web.asked).toEqual(asked);
  });

  it('is read without a question as well', async () => {
    sut.start();
    await clock.advance(5_001);
    await sut.opened();
    expect(sut.list()).toHaveLength(8);
  });

  it('can run nothing of it before it was packed, and then exactly what was packed', async () => {
    await sut.opened();
    const entry = sut.get('time-mcp');
    expect(await sut.runnable(entry)).toBeUndefined();
    const { provenance } = entry.manifest._meta[PUBLISHER].rdzen;
    const binding = {
      ...{ component: entry.manifest.name, version: entry.manifest.version, packedBy: 'cli' },
      ...{ repository: '127.0.0.1:5001/time-mcp', digest: `sha256:${'c'.repeat(64)}` },
      ...{ integrity: provenance?.integrity ?? '', packedAt: '2026-01-01T00:00:00.000Z' },
    };
    await sut.bindings.record({ ...binding, integrity: `sha512-${'B'.repeat(86)}==` });
    expect(await sut.runnable(entry)).toBeUndefined();
    await sut.bindings.record(binding);
    expect((await sut.runnable(entry))?._meta[PUBLISHER].rdzen.digest).toBe(binding.digest);
  });

  it('reads a folder, and refuses what is wrong in it without harm to the rest', async () => {
    const folder = join(data, 'mine');
    mkdirSync(folder);
    const put = (name: string, entry: object | string): void =>
      writeFileSync(join(folder, name), typeof entry === 'string' ? entry : JSON.stringify(entry));
    put('a.json', signed(manifest('a.b/time')));
    put('b.json', '{');
    put('c.json', { ...signed(manifest('a.b/other')), signature: 'AAAA' });
    put('d.json', ' '.repeat(300_000));
    put('e.json', signed(manifest('a.b/tirne')));
    put('f.json', signed(manifest('a.b/time', '2.0.0')));
    put('g.json', signed(manifest('a.b/time', '2.0.0', { digest: `sha256:${'b'.repeat(64)}` })));
    put('readme.txt', 'not an entry');
    configure(acme({ kind: 'folder', location: folder }));
    await sut.opened();
    expect(names()).toEqual(['a.b/time 1.0.0']);
    expect(sut.refused().map(({ place, name, reason }) => [place ?? name, reason])).toEqual([
      ['d.json', 'The file has more than 288 KiB.'],
      ['b.json', 'It is no JSON.'],
      ['c.json', expect.stringContaining('signature is not that of acme')],
      ['a.b/tirne', expect.stringContaining('looks like a.b/time')],
      ['a.b/time', expect.stringContaining('given once')],
      ['a.b/time', expect.stringContaining('given once')],
    ]);
    expect(source()).toMatchObject({ state: 'fresh', entries: 1, signed: true });
  });

  it('reads an address with entries and addresses of entries, and asks again only whether they changed', async () => {
    configure(acme());
    web.documents['https://acme.example/one.json'] = JSON.stringify(signed(manifest('a.b/one')));
    offer(signed(manifest('a.b/two')), 'one.json', 'gone.json', 'https://other.example/x.json');
    await sut.reload();
    expect(names()).toEqual(['a.b/one 1.0.0', 'a.b/two 1.0.0']);
    expect(reasons()).toEqual(['acme.example answers 404.', 'It does not lie on acme.example.']);
    web.asked = [];
    await sut.reload();
    expect(names()).toEqual(['a.b/one 1.0.0', 'a.b/two 1.0.0']);
    expect(web.asked).toEqual(['/catalogue.json if changed', '/one.json if changed', '/gone.json']);
  });

  it('keeps the last good copy of a source that is down, says since when, and over a restart as well', async () => {
    configure(acme());
    offer(signed(manifest('a.b/one')));
    await sut.reload();
    const readAt = clock.now();
    await clock.advance(HOUR);
    web.failure = new WebDocumentFailure('acme.example answers 503.', false);
    await sut.reload();
    const stale = { state: 'stale', readAt, problem: 'acme.example answers 503.', entries: 1 };
    expect(source()).toMatchObject(stale);
    expect(names()).toEqual(['a.b/one 1.0.0']);
    await sut.stop();
    sut = service();
    await sut.reload();
    expect(source()).toMatchObject(stale);
    expect(names()).toEqual(['a.b/one 1.0.0']);
    web.failure = undefined;
    await sut.reload();
    expect(source()).toMatchObject({ state: 'fresh', readAt: clock.now() });
  });

  it('checks a kept copy as it checks a source', async () => {
    configure(acme());
    offer(signed(manifest('a.b/one')));
    await sut.reload();
    const other = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });
    configure(acme({ publicKey: publicKeyText(other.toString()) }));
    web.failure = new WebDocumentFailure('down', false);
    sut = service();
    await sut.reload();
    expect(names()).toEqual([]);
    expect(reasons()).toEqual([expect.stringContaining('signature is not that of acme')]);
  });

  it.each([
    ['no JSON', '{', /no JSON/],
    ['something else', '{"servers": []}', /no catalogue/],
    ['too many', JSON.stringify({ entries: Array(501).fill({}) }), /more than 500/],
    ['too deep', `{"entries": ${'['.repeat(100)}${']'.repeat(100)}}`, /more than 32 levels/],
  ])('is down where a source gives %s, and nothing is kept', async (_, text, words) => {
    configure(acme());
    web.documents[ROOT] = text;
    await sut.reload();
    expect(source()).toMatchObject({
      state: 'down',
      entries: 0,
      problem: expect.stringMatching(words) as string,
    });
  });

  it('gives a source half a minute', async () => {
    configure(acme());
    web.silent = true;
    const done = sut.reload();
    await until(() => web.asked.length === 1);
    await clock.advance(31_000);
    await done;
    expect(source()).toMatchObject({ state: 'down', problem: 'It did not answer within 30 s.' });
  });

  it('refuses a version that comes back with other content, well signed, after a restart and in another place', async () => {
    configure(acme());
    offer(signed(manifest('a.b/one')));
    await sut.reload();
    await sut.stop();
    sut = service();
    const moved = manifest('a.b/one', '1.0.0', {
      permissions: { network: { egress: ['evil.example:443'] } },
    });
    offer(signed(moved), signed(manifest('a.b/one', '1.0.1')));
    await sut.reload();
    expect(sut.versions('a.b/one')).toEqual(['1.0.1']);
    expect(reasons()).toEqual([expect.stringContaining('was there before with other content')]);
  });

  it('gives a source that may not be believed no say in the names of others', async () => {
    const folder = join(data, 'wild');
    mkdirSync(folder);
    writeFileSync(join(folder, 'a.json'), JSON.stringify({ manifest: manifest('a.b/one', '9.9.9') }));
    writeFileSync(join(folder, 'b.json'), JSON.stringify({ manifest: manifest('wild/thing') }));
    offer(signed(manifest('a.b/one')));
    configure({ name: 'wild', kind: 'folder', location: folder, trust: 'untrusted' }, acme());
    await sut.reload();
    expect(names()).toEqual(['a.b/one 1.0.0', 'wild/thing 1.0.0']);
    expect(sut.get('thing')).toMatchObject({ trust: 'untrusted', signed: false });
    expect(reasons()).toEqual([expect.stringContaining('belongs to the source acme')]);
  });

  it('reads a repository of a registry where there is a client, and says so where there is none', async () => {
    configure(acme({ kind: 'oci', location: 'a.example/catalogue:1' }));
    await sut.reload();
    expect(source()).toMatchObject({
      state: 'down',
      problem: expect.stringContaining('cannot be read') as string,
    });
    const known: (string | undefined)[] = [];
    sut = service({
      close: () => Promise.resolve(),
      pull: async (_location, digest) => {
        known.push(digest);
        return digest === 'sha256:1'
          ? undefined
          : { digest: 'sha256:1', entries: [JSON.stringify(signed(manifest('a.b/one'))), '{'] };
      },
    });
    for (const _ of [1, 2]) {
      await sut.reload();
      expect(names()).toEqual(['a.b/one 1.0.0']);
      expect(sut.refused()).toMatchObject([{ place: 'entry 2', reason: 'It is no JSON.' }]);
    }
    expect(known).toEqual([undefined, 'sha256:1']);
  });

  it('reads by itself every few hours, and once again for all who ask while it reads', async () => {
    configure(acme());
    offer(signed(manifest('a.b/one')));
    sut.start();
    await sut.opened();
    await until(() => web.asked.length === 1);
    await sut.reload();
    const before = web.asked.length;
    await clock.advance(5 * HOUR);
    expect(web.asked).toHaveLength(before);
    await clock.advance(2 * HOUR);
    await until(() => web.asked.length === before + 1);
    await sut.reload();
    const asked = web.asked.length;
    await Promise.all([sut.reload(), sut.reload(), sut.reload()]);
    expect(web.asked).toHaveLength(asked + 2);
    await sut.stop();
    await clock.advance(24 * HOUR);
    expect(web.asked).toHaveLength(asked + 2);
  });

  it('waits for nobody at its start', async () => {
    configure(acme());
    web.silent = true;
    await sut.opened();
    expect(source()).toMatchObject({
      state: 'down',
      problem: expect.stringContaining('not been asked') as string,
    });
  });

  it('shows a source that is configured wrong, and a list nobody can read', async () => {
    configure(acme({ publicKey: 'x' }));
    await sut.reload();
    expect(source()).toMatchObject({ name: 'acme', state: 'wrong', problem: expect.any(String) as string });
    writeFileSync(join(data, 'catalogue/sources.json'), '{');
    await sut.reload();
    expect(sut.sources().problem).toBe('It is no JSON.');
    expect(sut.list()).toHaveLength(8);
  });

  it('says what is missing, and what could be meant', async () => {
    configure(acme());
    offer(signed(manifest('a.b/one')), signed(manifest('c.d/one')), signed(manifest('a.b/two')));
    await sut.reload();
    const code = 'COMPONENT_NOT_FOUND';
    const problem = (text: string): Error =>
      expect.objectContaining({ code, message: expect.stringContaining(text) as string }) as Error;
    expect(() => sut.get('one')).toThrow(problem('a.b/one or c.d/one'));
    expect(() => sut.get('two', '3.0.0')).toThrow(problem('There are: 1.0.0'));
    expect(() => sut.get('three')).toThrow(problem('"three"'));
  });
});
