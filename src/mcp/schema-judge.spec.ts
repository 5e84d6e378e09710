import { SystemClock } from '../shared/system-clock';
import { SchemaJudge, SchemaTookTooLong } from './schema-judge';
import { SchemaRefused } from './tool-schema';

describe('schemas judged in a thread of their own', () => {
  const judge = new SchemaJudge(new SystemClock(), 1_000);
  afterAll(() => judge.close());
  const sum = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] };

  it('says what does not fit, and refuses what is no schema of a tool', async () => {
    expect(await judge.check(sum, { a: 1 })).toEqual([]);
    expect(await judge.check(sum, { a: 'one' })).toEqual([expect.stringContaining('number')]);
    await expect(judge.accept({ $ref: 'http://example.com/schema' })).rejects.toThrow(SchemaRefused);
  });

  it('ends a pattern that backtracks for ever, while this thread goes on, and judges the next', async () => {
    const bomb = { type: 'object', properties: { text: { type: 'string', pattern: '^(a+)+$' } } };
    let turns = 0;
    const timer = setInterval(() => turns++, 20);
    const judged = judge.check(bomb, { text: `${'a'.repeat(40)}!` });
    const next = judge.check(sum, { a: 2 });
    await expect(judged).rejects.toThrow(SchemaTookTooLong);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(10);
    expect(await next).toEqual([]);
  });
});
