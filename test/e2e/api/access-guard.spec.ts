import type { FastifyRequest } from 'fastify';
import { Reflector } from '@nestjs/core';
import { CallerNames } from '../../../src/access/caller-names';
import { AccessGuard } from '../../../src/admin/access.guard';
import type { ApiKeys } from '../../../src/admin/api-keys.service';
import { VirtualClock } from '../../support/virtual-clock';

describe(AccessGuard.name, () => {
  const clock = new VirtualClock();
  const keys = {
    check: async (key: string) => (key === 'right' ? { id: 'k', name: 'tests', scope: 'admin' } : undefined),
  };
  const names = new CallerNames();
  const sut = new AccessGuard(new Reflector(), keys as unknown as ApiKeys, clock, names);
  const request = (key: string): FastifyRequest =>
    ({
      ip: '192.0.2.1',
      url: '/x',
      headers: { authorization: `Bearer ${key}` },
    }) as unknown as FastifyRequest;

  it('lets an address in again a minute after its tenth wrong key', async () => {
    for (let tries = 0; tries < 10; tries++) {
      await expect(sut.admit(request('wrong'), 'read')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    await clock.advance(59_000);
    await expect(sut.admit(request('right'), 'read')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await clock.advance(1_001);
    await expect(sut.admit(request('right'), 'read')).resolves.toBeUndefined();
    expect(names.shown('api:k')).toBe('tests (API)');
  });

  it('closes a route that says nothing of who may use it', async () => {
    await expect(sut.admit(request('right'), undefined)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
