import { nameTools } from './tool-names';

const names = (...tools: [component: string, tool: string][]): string[] => [
  ...nameTools(tools.map(([component, tool]) => ({ component, tool }))).keys(),
];

describe('names of tools', () => {
  it('say which component and which tool, with a way back', () => {
    const named = nameTools([{ component: 'io.github.someone/time-mcp', tool: 'current_time' }]);
    expect([...named]).toEqual([
      ['time-mcp__current_time', { component: 'io.github.someone/time-mcp', tool: 'current_time' }],
    ]);
  });

  it('are ASCII of 64 characters at most, and unique', () => {
    const given = names(
      ['a/time', 'godzina ś'],
      ['a/time', 'godzina ć'],
      ['a/time', `${'x'.repeat(80)}1`],
      ['a/time', `${'x'.repeat(80)}2`],
      ['a/time', '時'],
      ['b/time', 'now'],
      ['c/time', 'now'],
    );
    expect(new Set(given).size).toBe(7);
    for (const name of given) expect(name).toMatch(/^(?=.{1,64}$)[A-Za-z0-9-]\w*?__[\w-]+$/);
    expect(given.filter((name) => name.startsWith('time__now_'))).toHaveLength(2);
  });

  it('do not change with the order in which components are given, nor with others', () => {
    const pair: [string, string][] = [
      ['b/time', 'now'],
      ['c/time', 'now'],
    ];
    expect(names(...pair)).toEqual(names(...[...pair].reverse()));
    expect(names(['a/calc', 'add'], ...pair)).toContain(names(['a/calc', 'add'])[0]);
  });
});
