import { readFolderSource } from './folder-source';
import { Catalogue } from './catalogue';
import { type CatalogueEntry, readEntry } from './catalogue-entry';
import { lintManifest } from '../manifest/lint-manifest';
import { blockOf, EFFECTS } from '../manifest/manifest';
import { ShippedCatalogue } from './shipped-catalogue';

const NAMES = [
  'io.github.coo-quack/calc-mcp',
  'io.github.itseasy21/mcp-knowledge-graph',
  'io.github.modelcontextprotocol/server-everything',
  'io.github.modelcontextprotocol/server-filesystem',
  'io.github.modelcontextprotocol/server-memory',
  'io.github.modelcontextprotocol/server-sequential-thinking',
  'io.github.yokingma/time-mcp',
  'io.github.zcaceres/mcp-fetch-server',
];
const RANKS = 3;

/** Questions that are in no entry, by what should answer them. */
const OTHER_WORDS: [string, string][] = [
  ['what is the time in Sydney right now', 'time-mcp'],
  ['jaka jest godzina w Londynie', 'time-mcp'],
  ['multiply 12 by 345 exactly', 'calc-mcp'],
  ['przelicz 3 mile na kilometry', 'calc-mcp'],
  ['remember what I told you yesterday', 'server-memory'],
  ['zapamiętaj moje ulubione danie', 'server-memory'],
  ['read this website for me', 'mcp-fetch-server'],
  ['co jest na tej stronie internetowej', 'mcp-fetch-server'],
  ['list the files in a folder', 'server-filesystem'],
  ['zapisz to w pliku', 'server-filesystem'],
  ['think about it step by step', 'server-sequential-thinking'],
  ['relation between two entities', 'mcp-knowledge-graph'],
];

describe('the shipped catalogue', () => {
  const entries: CatalogueEntry[] = [];
  let catalogue: Catalogue;

  beforeAll(async () => {
    const source = await new ShippedCatalogue().source();
    const { entries: raw, refused } = await readFolderSource(source.location);
    expect(refused).toEqual([]);
    const read = raw.map(({ text, place }) => readEntry(text, source, place));
    expect(read.filter((entry) => 'reason' in entry)).toEqual([]);
    entries.push(...(read as CatalogueEntry[]));
    catalogue = new Catalogue(entries);
  });

  it('is signed, and offers everything that is in it', () => {
    expect(catalogue.refused).toEqual([]);
    expect(catalogue.all.map(({ manifest }) => manifest.name)).toEqual(NAMES);
    expect(entries.every(({ signed, trust }) => signed && trust === 'shipped')).toBe(true);
  });

  it('passes the lint without a finding', () => {
    for (const { manifest } of entries)
      expect(lintManifest(JSON.stringify(manifest)).problems.map(({ wrong }) => wrong)).toEqual([]);
  });

  it('says of each which bytes it is, what each tool may do and how it looks, and how to find it in two languages', () => {
    for (const { manifest } of entries) {
      const { tools = [], trial, descriptions, intents = {}, examples = {}, license } = blockOf(manifest);
      const [given] = manifest.packages;
      expect(given).toMatchObject({ registryType: 'npm', version: manifest.version });
      expect(license).toBeTruthy();
      expect(descriptions?.pl).toBeTruthy();
      for (const languages of [intents, examples]) expect(Object.keys(languages)).toEqual(['en', 'pl']);
      for (const tool of tools) {
        expect(EFFECTS).toContain(tool.effect);
        expect(tool.descriptionHash).toMatch(/^[0-9a-f]{64}$/);
        expect(tool.schemaHash).toMatch(/^[0-9a-f]{64}$/);
      }
      expect(trial?.calls?.length).toBeGreaterThan(0);
    }
  });

  it('is found by what people say who need it', () => {
    const missed: string[] = [];
    let first = 0;
    let asked = 0;
    for (const { manifest } of entries)
      for (const phrases of [blockOf(manifest).examples, blockOf(manifest).intents])
        for (const words of Object.values(phrases ?? {}).flat()) {
          const found = catalogue.search(words, RANKS).map(({ entry }) => entry.manifest.name);
          asked++;
          if (found[0] === manifest.name) first++;
          if (!found.includes(manifest.name)) missed.push(`${manifest.name}: ${words}`);
        }
    expect(missed).toEqual([]);
    expect(first / asked).toBeGreaterThan(0.95);
  });

  it.each(OTHER_WORDS)('by "%s" finds %s', (words, name) => {
    const found = catalogue.search(words, RANKS).map(({ entry }) => entry.manifest.name.split('/').at(-1));
    expect(found).toContain(name);
  });
});
