import { testComponent } from '../../test/support/components/manifests';
import type { ComponentLock, LockedTool } from '../component-registry/installed/component-lock';
import { blockOf, type Manifest } from '../component-registry/manifest/manifest';
import { texts } from '../texts/texts';
import { lockDrift } from './lock-drift';

const DIGEST = `sha256:${'a'.repeat(64)}`;

function manifestOf(version: string, change: (manifest: Manifest) => void = () => undefined): Manifest {
  const manifest = structuredClone(testComponent('good').manifest(DIGEST, '127.0.0.1:5001/tests/good:1'));
  change(manifest);
  return { ...manifest, version };
}

const tool = (name: string, more: Partial<LockedTool> = {}): LockedTool => ({
  ...{ name, description: '', inputSchema: {}, effect: 'read', egress: false },
  ...{ descriptionHash: `text of ${name}`, schemaHash: `schema of ${name}` },
  ...more,
});

function lockOf(manifest: Manifest): ComponentLock {
  const tools = (blockOf(manifest).tools ?? []).map(({ name, effect }) => tool(name, { effect }));
  return { id: 'lock1', version: manifest.version, manifest, tools } as ComponentLock;
}

const said = (
  before: Manifest,
  after: Manifest,
  tried = lockOf(after).tools,
  language: 'en' | 'pl' = 'en',
): string[] => texts(language).drift(lockDrift(lockOf(before), after, tried));

describe(lockDrift.name, () => {
  it('says so where only the version is another', () => {
    expect(said(manifestOf('1.0.0'), manifestOf('1.1.0'))).toEqual([
      'version: 1.0.0 → 1.1.0',
      'rights, settings and tools are the same, word for word',
    ]);
    expect(said(manifestOf('1.0.0'), manifestOf('1.0.0'))[0]).toBe(
      'version: 1.0.0 as before, but another image',
    );
  });

  it('names rights and settings that came, went or are others', () => {
    const before = manifestOf('1.0.0', (one) => {
      blockOf(one).permissions = { network: { egress: ['old.example:443'] } };
      one.packages[0].environmentVariables = [
        { name: 'OLD_KEY', isSecret: true },
        { name: 'REGION', default: 'eu' },
        { name: 'GONE' },
      ];
    });
    const after = manifestOf('2.0.0', (one) => {
      blockOf(one).permissions = {
        network: { egress: ['new.example:443'] },
        filesystem: { state: { path: '/data', maxMiB: 5 } },
      };
      blockOf(one).resources = { ...blockOf(one).resources, memoryMiB: 512 };
      one.packages[0].environmentVariables = [
        { name: 'NEW_KEY', isSecret: true, isRequired: true },
        { name: 'REGION', default: 'us' },
        { name: 'SIZE' },
      ];
      one.packages[0].packageArguments = [{ type: 'positional', value: '--verbose' }];
    });
    expect(said(before, after)).toEqual([
      'version: 1.0.0 → 2.0.0',
      'rights: may newly reach new.example:443; no longer reaches old.example:443; keeps up to 5 MiB (before: nothing); memory in MiB: 128 → 512',
      'settings: wants to be told the secrets NEW_KEY; no longer wants the secrets OLD_KEY; new: SIZE; gone: GONE; otherwise than before: REGION; it is started with other arguments',
    ]);
    expect(said(before, after, undefined, 'pl')[1]).toBe(
      'uprawnienia: nowy dostęp do new.example:443; koniec dostępu do old.example:443; przechowuje do 5 MiB (przedtem: nic); pamięć w MiB: 128 → 512',
    );
  });

  it('names tools that came, went, or are not as they were, in six points at most', () => {
    const after = manifestOf('1.1.0', (one) => {
      const block = blockOf(one);
      block.permissions = { network: { egress: ['new.example:443'] } };
      one.packages[0].environmentVariables = [{ name: 'REGION' }];
      block.tools = [
        ...(block.tools ?? [])
          .filter(({ name }) => name !== 'forget_all')
          .map((right) => (right.name === 'remember' ? { ...right, effect: 'destructive' as const } : right)),
        { name: 'fetch', effect: 'read', egress: true },
      ];
    });
    const tried = lockOf(after).tools.map((one) => ({
      ...one,
      ...(one.name === 'add' ? { descriptionHash: 'another' } : {}),
      ...(one.name === 'current_time' ? { schemaHash: 'another' } : {}),
    }));
    const points = said(manifestOf('1.0.0'), after, tried);
    expect(points).toHaveLength(6);
    expect(points.slice(3)).toEqual([
      'new tools: fetch (only reads, reaches out)',
      'tools that are gone: forget_all',
      'tools that are not as they were: remember destroys or overwrites (before: changes something); another description: add; other arguments: current_time',
    ]);
    expect(said(manifestOf('1.0.0'), after, tried, 'pl')[5]).toBe(
      'narzędzia zmienione: remember niszczy lub nadpisuje (przedtem: coś zmienia); inny opis: add; inne argumenty: current_time',
    );
  });

  it('shortens what is long', () => {
    const many = Array.from({ length: 9 }, (_, n) => ({ name: `tool${n}`, effect: 'read' as const }));
    const after = manifestOf('1.1.0', (one) => void (blockOf(one).tools = many));
    expect(said(manifestOf('1.0.0'), after)[1]).toMatch(
      /^new tools: tool0 .*tool5 \(only reads\) and 3 more$/,
    );
  });
});
