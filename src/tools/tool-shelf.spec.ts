import { aLock, aTool, NOTES, TIME } from '../../test/support/tools/a-component';
import { estimateTokens } from '../generation/deadlines';
import { offeredTools } from './offered-tool';
import { MOST_TOOL_TOKENS, ToolShelf, toolTokens } from './tool-shelf';

const shelfOf = (...locks: ReturnType<typeof aLock>[]): ToolShelf =>
  new ToolShelf(offeredTools(locks.map((lock) => ({ name: lock.component, lock, canary: false }))));
const chosen = (shelf: ToolShelf, question: string): string[] =>
  shelf.choose(question, (text) => Math.ceil(text.length / 3)).map(({ name }) => name);

describe(ToolShelf.name, () => {
  it.each([
    ['What time is it in Tokyo?', 'time-mcp__current_time'],
    ['Która jest godzina w Krakowie?', 'time-mcp__current_time'],
    ['how late is it in Lisbon', 'time-mcp__current_time'],
    ['usuń wszystkie notatki', 'notes__wipe_notes'],
    ['read my notes', 'notes__read_notes'],
  ])('finds for "%s" %s', (question, name) => {
    expect(chosen(shelfOf(TIME, NOTES), question)).toContain(name);
  });

  it('offers nothing where no word fits', () => {
    expect(chosen(shelfOf(TIME, NOTES), 'Whales sing beautifully')).toEqual([]);
  });

  it('offers at most eight tools within the budget, in order of names', () => {
    const many = aLock(
      'many',
      Array.from({ length: 40 }, (_, at) => aTool(`find_${at}`, { description: 'Find whales.' })),
    );
    const names = chosen(shelfOf(many), 'find whales');
    expect(names).toHaveLength(8);
    expect(names).toEqual([...names].sort());
  });

  it('shortens what is too long rather than leave out what fits best', () => {
    const properties = Object.fromEntries(
      Array.from({ length: 30 }, (_, at) => [
        `whale_${at}`,
        { type: 'string', description: 'long '.repeat(60) },
      ]),
    );
    const long = aLock('long', [
      aTool('find_whales', {
        description: 'Find whales. '.repeat(300),
        inputSchema: { type: 'object', properties },
      }),
    ]);
    const shelf = shelfOf(long, TIME);
    const [only] = shelf.choose('find whales', estimateTokens);
    expect(only?.name).toBe('long__find_whales');
    if (!only) throw new Error('nothing was chosen');
    expect(only.description.length).toBeLessThanOrEqual(301);
    expect(toolTokens(only, estimateTokens)).toBeLessThanOrEqual(MOST_TOOL_TOKENS);
    expect(Object.keys(only.parameters.properties ?? {})).toHaveLength(30);
    expect(shelf.tools.get('long__find_whales')?.locked.inputSchema).toEqual({ type: 'object', properties });
  });

  it('names three that are near to one that is none', () => {
    const shelf = shelfOf(TIME, NOTES);
    expect(shelf.nearest('get_time')[0]).toBe('time-mcp__current_time');
    expect(shelf.nearest('xyz')).toHaveLength(3);
  });
});
