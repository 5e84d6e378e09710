import { SystemClock } from '../../shared/system-clock';
import { SchemaJudge } from '../../mcp/schema-judge';
import type { TrialScene } from '../trial-scene';
import { calls } from './06-calls';

const READ = { name: 'read', inputSchema: { type: 'object' } };
const call = (path: string, value: string) => ({
  tool: 'read',
  arguments: { path },
  expect: { match: 'contains' as const, value },
});

describe('check 6, calls, where the manifest wants files', () => {
  const schemas = new SchemaJudge(new SystemClock());
  afterAll(() => schemas.close());

  const asked: unknown[] = [];
  const sceneOf = (...shown: ReturnType<typeof call>[]): TrialScene =>
    ({
      block: { trial: { calls: shown, fixtures: { 'greeting.txt': 'Hello!' } } },
      tools: [READ],
      schemas,
      clock: new SystemClock(),
      signal: new AbortController().signal,
      callTimeoutMs: 5_000,
      running: {
        session: {
          call: (_tool: string, given: unknown) => {
            asked.push(given);
            return Promise.resolve({
              isError: false,
              content: [{ type: 'text', text: 'one', bytes: 3 }],
              bytes: 20,
            });
          },
        },
      },
    }) as unknown as TrialScene;

  beforeEach(() => (asked.length = 0));

  it('leaves out the calls that name one, and says so', async () => {
    const found = await calls.ask(sceneOf(call('/tmp/greeting.txt', 'Hello!'), call('/tmp/a.txt', 'one')));
    expect(found).toEqual({
      status: 'review',
      detail: expect.stringMatching(/^1 of 2 calls did .* files of trial\.fixtures/) as string,
      evidence: ['read: not called'],
    });
    expect(asked).toEqual([{ path: '/tmp/a.txt' }]);
  });

  it('is not measured where all of them do', async () => {
    expect(await calls.ask(sceneOf(call('/tmp/greeting.txt', 'Hello!')))).toMatchObject({
      status: 'not-measured',
    });
    expect(asked).toEqual([]);
  });

  it('still fails where one of the others does', async () => {
    const found = await calls.ask(sceneOf(call('/tmp/greeting.txt', 'Hello!'), call('/tmp/a.txt', 'two')));
    expect(found.status).toBe('failed');
  });
});
