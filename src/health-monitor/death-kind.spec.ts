import { deathKind } from './death-kind';

describe(deathKind.name, () => {
  it.each([
    [{ exitCode: 134 }, 'own'],
    [{ exitCode: 139 }, 'own'],
    [{ exitCode: 1 }, 'own'],
    [{ signal: 'SIGSEGV' }, 'own'],
    [{ signal: 'SIGABRT' }, 'own'],
    [{ signal: 'SIGKILL', oom: true }, 'own'],
    [{ exitCode: 137, oom: true }, 'own'],
    [{ signal: 'SIGKILL' }, 'external'],
    [{ exitCode: 137 }, 'external'],
    [{ signal: 'SIGTERM' }, 'external'],
    [{ exitCode: 143 }, 'external'],
    [{ exitCode: 0 }, 'external'],
    [{}, 'external'],
  ])('%j is %s', (end, kind) => {
    expect(deathKind(end)).toBe(kind);
  });
});
