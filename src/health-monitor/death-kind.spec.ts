import type { ContainerEvent } from '../containers/container-engine';
import type { DeathKind } from '../core-registry/core.types';
import { kindOfDeath } from './death-kind';

type Died = ContainerEvent & { type: 'died' };

describe(kindOfDeath.name, () => {
  it.each<[DeathKind, Partial<Died>, string]>([
    ['self', { oom: true, exitCode: 137 }, 'its memory ran out in a container'],
    ['self', { oom: true, signal: 'SIGKILL' }, 'its memory ran out, told by the signal'],
    ['self', { exitCode: 134 }, 'abort() under a shell'],
    ['self', { exitCode: 139 }, 'a segmentation fault under a shell'],
    ['self', { exitCode: 135 }, 'a bus error under a shell'],
    ['self', { exitCode: 1 }, 'an exit code of its own'],
    ['self', { exitCode: 2 }, 'a Go panic'],
    ['self', { exitCode: 255 }, 'exit(-1)'],
    ['self', { signal: 'SIGABRT' }, 'an assertion'],
    ['self', { signal: 'SIGSEGV' }, 'a segmentation fault'],
    ['self', { signal: 'SIGBUS' }, 'a bus error'],
    ['self', { signal: 'SIGILL' }, 'an instruction the processor lacks'],
    ['self', { signal: 'SIGFPE' }, 'a division by zero'],
    ['self', { signal: 'SIGSYS' }, 'a forbidden system call'],
    ['external', { signal: 'SIGKILL' }, 'kill -9'],
    ['external', { signal: 'SIGTERM' }, 'kill'],
    ['external', { signal: 'SIGINT' }, 'Ctrl-C'],
    ['external', { signal: 'SIGHUP' }, 'its terminal is gone'],
    ['external', { signal: 'SIGUSR1' }, 'a signal it does not know'],
    ['external', { exitCode: 137 }, 'kill -9 in a container'],
    ['external', { exitCode: 143 }, 'kill in a container'],
    ['external', { exitCode: 130 }, 'Ctrl-C in a container'],
    ['external', { exitCode: 0 }, 'it left when it was asked to'],
    ['external', {}, 'it could not be started again'],
  ])('is %s for %j: %s', (kind, how) => {
    expect(kindOfDeath({ type: 'died', name: 'core1', at: 0, lastOutput: [], ...how })).toBe(kind);
  });

  it('is external for our own stop', () => {
    expect(kindOfDeath({ type: 'stopped', name: 'core1', at: 0 })).toBe('external');
  });
});
