import type { ContainerInspectInfo } from 'dockerode';
import type { ContainerState } from '../container-engine';
import { containerInfo } from './container-info';

type State = ContainerInspectInfo['State'];

const inspected = (state: Partial<State>): ContainerInspectInfo =>
  ({
    Config: { Image: 'shell:1', Labels: { a: 'b' } },
    RestartCount: 2,
    State: {
      Running: false,
      Paused: false,
      Restarting: false,
      Pid: 0,
      ExitCode: 0,
      StartedAt: '2026-11-27T20:27:32.264990506Z',
      ...state,
    },
  }) as unknown as ContainerInspectInfo;
const NOTHING = { stopped: false, deathsLastMinute: 0 };

describe(containerInfo.name, () => {
  it.each<[ContainerState, Partial<State>, boolean]>([
    ['running', { Status: 'running', Running: true, Pid: 7 }, false],
    ['paused', { Status: 'paused', Running: true, Paused: true, Pid: 7 }, false],
    ['waiting-to-restart', { Status: 'restarting', Running: true, Restarting: true }, false],
    ['exited', { Status: 'exited', ExitCode: 3 }, false],
    ['stopped', { Status: 'exited', ExitCode: 3 }, true],
    ['stopped', { Status: 'created' }, false],
  ])('is %s for %j', (state, found, stopped) => {
    expect(containerInfo('one', inspected(found), { ...NOTHING, stopped }).state).toBe(state);
  });

  it('has a process where it runs, and an exit code where it does not', () => {
    const running = containerInfo('one', inspected({ Status: 'running', Running: true, Pid: 7 }), NOTHING);
    expect(running).toEqual({
      name: 'one',
      image: 'shell:1',
      state: 'running',
      pid: 7,
      startedAt: Date.UTC(2026, 10, 27, 20, 27, 32, 264),
      restarts: 2,
      deathsLastMinute: 0,
      labels: { a: 'b' },
    });
    const between = { Status: 'restarting', Running: true, Restarting: true, ExitCode: 137 } as const;
    const waiting = containerInfo('one', inspected(between), NOTHING);
    expect(waiting).toMatchObject({ exitCode: 137 });
    expect(waiting).not.toHaveProperty('pid');
  });

  it('one that never ran has no time of a start', () => {
    const found = inspected({ Status: 'created', StartedAt: '0001-01-01T00:00:00Z' });
    expect(containerInfo('one', found, NOTHING)).not.toHaveProperty('startedAt');
  });
});
