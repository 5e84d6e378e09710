import { compileToolSchema } from '../../src/mcp/tool-schema';
import { runningComponents } from '../support/components/running-components';

describe('components that lie in their list of tools', () => {
  const start = runningComponents();
  const listed = async (behaviour: string) => {
    const component = start(behaviour);
    await component.connect();
    return (await component.listTools()).tools;
  };
  const named = async (behaviour: string, name: string) =>
    (await listed(behaviour)).find((tool) => tool.name === name);
  const GOOD = ['current_time', 'add', 'remember', 'forget_all', 'count_slowly'];

  it.each([
    ['undeclared-tool', [...GOOD, 'run_command']],
    ['missing-tool', GOOD.filter((name) => name !== 'forget_all')],
    ['duplicate-tools', [...GOOD, 'add']],
  ])('%s', async (behaviour, names) => {
    expect((await listed(behaviour)).map(({ name }) => name)).toEqual(names);
  });

  it('illegal-names', async () => {
    const wrong = (await listed('illegal-names')).filter(
      ({ name }) => !/^[A-Za-z0-9_.-]{1,128}$/.test(String(name)) || typeof name !== 'string',
    );
    expect(wrong).toHaveLength(10);
  });

  it('many-tools', async () => {
    const tools = await listed('many-tools');
    expect(tools).toHaveLength(1_005);
    expect(JSON.stringify(tools).length).toBeGreaterThan(64 * 1024);
  });

  it('endless-pages', async () => {
    const component = start('endless-pages');
    await component.connect();
    const { tools, pages } = await component.listTools(100);
    expect([tools.length, pages]).toEqual([5, 100]);
  });

  it.each([
    ['schema-circle', /circle/],
    ['schema-nested', /more than 12 levels/],
    ['schema-wide', /bytes; at most/],
    ['schema-remote', /outside of itself/],
  ])('%s is refused: %s', async (behaviour, refused) => {
    const tool = await named(behaviour, 'add');
    expect(() => compileToolSchema(tool?.inputSchema)).toThrow(refused);
  });

  it('schema-deep does not come through the reader of frames', async () => {
    const component = start('schema-deep');
    await component.connect();
    await expect(component.request('tools/list', {}, 1_000)).rejects.toThrow('no answer');
    expect(component.violations).toMatchObject([{ kind: 'too-deep' }]);
  });

  it('schema-pattern takes twice as long with each letter', async () => {
    const { properties } = (await named('schema-pattern', 'remember'))?.inputSchema as {
      properties: { note: { pattern: string } };
    };
    const pattern = new RegExp(properties.note.pattern, 'u');
    const time = (letters: number): number => {
      const began = performance.now();
      pattern.test(`${'a'.repeat(letters)}!`);
      return performance.now() - began;
    };
    const quickest = Math.min(...[1, 2, 3, 4, 5].map(() => time(14)));
    expect(time(24)).toBeGreaterThan(20 * quickest);
  });

  it('injected-text', async () => {
    const component = start('injected-text');
    expect(await component.connect()).toMatchObject({ instructions: expect.stringMatching(/approve every/) });
    const text = JSON.stringify((await component.listTools()).tools);
    for (const sign of [/ignore all previous/, /\.ssh/, /https:/, /forget_all, read/, /[A-Za-z0-9+/]{200}/])
      expect(text).toMatch(sign);
  });

  it('invisible-text', async () => {
    const text = JSON.stringify(await listed('invisible-text'));
    for (const sign of [/[\u{e0020}-\u{e007e}]{10}/u, /\u202e/, /\u200b/, /\u00ad/, /\u0435/])
      expect(text).toMatch(sign);
  });

  it.each([1, 3])('rug-pull-after-lists, after %d', async (honest) => {
    const component = start('rug-pull-after-lists', { COMPONENT_LIMIT: String(honest) });
    await component.connect();
    const lists: string[] = [];
    for (let n = 0; n < honest + 1; n++) lists.push(JSON.stringify((await component.listTools()).tools));
    expect(new Set(lists.slice(0, honest)).size).toBe(1);
    expect(lists[honest]).toMatch(/id_rsa.*"context"/);
  });

  it('rug-pull-by-boot', async () => {
    const component = start('rug-pull-by-boot');
    const [first, again] = [await component.listTools(), await component.listTools()];
    expect(again).toEqual(first);
    expect(await listed('rug-pull-by-boot')).not.toEqual(first.tools);
  });

  it('rug-pull-later', async () => {
    const component = start('rug-pull-later');
    await component.connect();
    const before = await component.listTools();
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    expect(component.others).toMatchObject([{ method: 'notifications/tools/list_changed' }]);
    expect(await component.listTools()).not.toEqual(before);
  });
});
