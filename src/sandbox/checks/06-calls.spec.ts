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

  it('makes all calls, those that name one too', async () => {
    const shown = [call('/tmp/fixtures/greeting.txt', 'one'), call('/tmp/a.txt', 'one')];
    const found = await calls.ask(sceneOf(...shown));
    expect(found).toEqual({ status: 'passed', detail: '2 of 2 calls did what its manifest says' });
    expect(asked).toEqual(shown.map(({ arguments: given }) => given));
  });

  it('fails where one that names one does not find in it what the manifest says', async () => {
    const found = await calls.ask(sceneOf(call('/tmp/fixtures/greeting.txt', 'Hello!')));
    expect(found.status).toBe('failed');
  });

  describe('of one that uses a service', () => {
    const using = (ended: boolean): TrialScene => {
      const scene = sceneOf(call('/tmp/a.txt', 'two'), call('/tmp/a.txt', 'one'));
      scene.block.permissions = { network: { internal: ['a.example/store'] } };
      return Object.assign(scene, { mended: () => Promise.resolve(ended) });
    };

    it('a call that goes wrong without it is not shown, and no failure', async () => {
      expect(await calls.ask(using(false))).toMatchObject({
        status: 'warned',
        detail: expect.stringMatching(/uses a\.example\/store.*1 of 2 calls could not be shown/) as string,
        evidence: [expect.stringMatching(/^read: /)],
      });
    });

    it('one that ends it is a failure', async () => {
      expect((await calls.ask(using(true))).status).toBe('failed');
    });
  });
});
