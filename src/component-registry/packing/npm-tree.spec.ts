import { npmFailed } from './npm-tree';

describe(npmFailed.name, () => {
  const failed = (output: string, lock?: string): { code: string; message: string } =>
    npmFailed('a@1.0.0', { code: 1, output }, lock);

  it.each([
    ['npm error code E404\nnpm error 404 Not Found', 'PACK_PACKAGE_NOT_FOUND', 'E404'],
    ['npm error code ETARGET\nnpm error notarget', 'PACK_PACKAGE_NOT_FOUND', 'ETARGET'],
    ['npm error code ECONNREFUSED', 'PACK_NPM_FAILED', 'refuses the connection'],
    ['npm error code SELF_SIGNED_CERT_IN_CHAIN', 'PACK_NPM_FAILED', 'NODE_EXTRA_CA_CERTS'],
    ['npm error code EINTEGRITY', 'PACK_NPM_FAILED', 'not the one that was locked'],
    ['npm error code ENOSPC', 'PACK_DISK_FULL', 'no space left for a@1.0.0'],
    ['npm error code ERESOLVE\nnpm error unable to resolve', 'PACK_NPM_FAILED', 'unable to resolve'],
    ['', 'PACK_NPM_FAILED', 'ended with code 1'],
  ])('reads %j', (output, code, words) => {
    expect(failed(output)).toMatchObject({ code, message: expect.stringContaining(words) });
  });

  it('knows the lock of another package', () => {
    expect(failed('npm error code EUSAGE', 'my.lock').message).toContain(
      'my.lock is the lock of something else',
    );
  });

  it('shows no address', () => {
    expect(failed('npm error code EODD\nnpm error https://user:secret@host/a failed').message).not.toContain(
      'secret',
    );
  });
});
