import type { ErrorCode } from '../../shared/error-codes';
import { dockerFailure, dockerTimeout, dockerTooOld } from './docker-failure';

const ASKED = { verb: 'start', subject: 'container core1' };

describe(dockerFailure.name, () => {
  it.each<[ErrorCode, object]>([
    ['ENGINE_UNREACHABLE', { code: 'ENOENT', message: 'connect ENOENT /var/run/docker.sock' }],
    ['ENGINE_UNREACHABLE', { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' }],
    ['ENGINE_FORBIDDEN', { code: 'EACCES', message: 'connect EACCES /var/run/docker.sock' }],
    [
      'ENGINE_TOO_OLD',
      {
        statusCode: 400,
        json: { message: 'client version 1.50 is too new. Maximum supported API version is 1.41' },
      },
    ],
    ['ENGINE_DISK_FULL', { statusCode: 500, json: { message: 'mkdir /x: no space left on device' } }],
    [
      'CONTAINER_PORT_TAKEN',
      { statusCode: 500, json: { message: 'Bind for 127.0.0.1:5000 failed: port is already allocated' } },
    ],
    ['IMAGE_MISSING', { statusCode: 404, json: { message: 'No such image: ollama/ollama:0.11.4' } }],
    ['ENGINE_OBJECT_NOT_FOUND', { statusCode: 404, json: { message: 'No such container: core1' } }],
    ['ENGINE_REFUSED', { statusCode: 403, json: { message: 'Privileged is not allowed' } }],
    ['ENGINE_FAILED', { statusCode: 500, json: { message: 'something else' } }],
    ['ENGINE_FAILED', new Error('socket hang up')],
  ])('is %s for %j', (code, failure) => {
    const error = dockerFailure(failure, ASKED);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/^Docker cannot start container core1: .+ It said: .+/);
  });

  it('keeps what the engine said', () => {
    const failure = { statusCode: 500, json: { message: 'devices cgroup is not mounted' } };
    expect(dockerFailure(failure, ASKED).message).toContain('It said: devices cgroup is not mounted');
  });
});

describe('what is no reply', () => {
  it('names the time and the remedy', () => {
    expect(dockerTimeout(ASKED, 10_000)).toMatchObject({ code: 'ENGINE_TIMEOUT', status: 504 });
    expect(dockerTimeout(ASKED, 10_000).message).toContain('did not start container core1 within 10 s');
    expect(dockerTooOld('1.24', '1.41').code).toBe('ENGINE_TOO_OLD');
  });
});
