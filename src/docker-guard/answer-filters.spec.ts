import { ANSWER_FILTERS, withoutSecrets } from './answer-filters';
import { asJson } from './strict-json';

const entry = (Id: string, Command: string, Labels: Record<string, string>): object => ({
  Id,
  Names: [`/${Id}`],
  Command,
  State: 'running',
  Labels,
});
const OURS = entry('core1', 'ollama serve', { 'rdzen.managed': 'true' });
const WATCHED = entry('mongodb', 'mongod --keyFile /x --setParameter secret=y', { 'rdzen.watched': 'true' });

describe('lists of containers', () => {
  it('hold what is ours, and of what is only watched no command line', () => {
    const told = ANSWER_FILTERS.containers?.(
      asJson([OURS, WATCHED, entry('foreign', 'x', {}), entry('lies', 'x', { 'rdzen.managed': 'no' })]),
    );
    expect(told).toEqual([OURS, { ...WATCHED, Command: '' }]);
  });

  it('tell the command line of what is watched and ours as well', () => {
    const both = entry('core2', 'ollama serve', { 'rdzen.managed': 'true', 'rdzen.watched': 'true' });
    expect(ANSWER_FILTERS.containers?.(asJson([both]))).toEqual([both]);
  });
});

it('an inspection of what is only watched has no environment, command line or health check', () => {
  const told = withoutSecrets(
    asJson({
      Id: 'x',
      Args: ['--password=secret'],
      State: { Running: true, Health: { Log: [{ Output: 'secret' }] } },
      Config: {
        Env: ['A=secret'],
        Cmd: ['secret'],
        Entrypoint: ['secret'],
        Healthcheck: { Test: ['secret'] },
        Labels: { 'rdzen.watched': 'true' },
      },
    }),
  );
  expect(JSON.stringify(told)).not.toContain('secret');
  expect(told).toMatchObject({ Id: 'x', State: { Running: true } });
});
