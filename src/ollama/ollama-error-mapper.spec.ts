import { MalformedLineError } from './ndjson-reader';
import { errorFromFailure, errorFromStatus, textOfError } from './ollama-error-mapper';

const URL = 'http://core';
const failure = (code: string, cause?: unknown): Error => Object.assign(new Error(code, { cause }), { code });

describe(errorFromStatus.name, () => {
  it.each([
    [503, '{"error":"server busy, please try again.  maximum pending requests exceeded"}', 'busy'],
    [404, `{"error":"model 'x' not found"}`, 'model-missing'],
    [404, '{"error":"model \\"x\\" not found, try pulling it first"}', 'model-missing'],
    [404, '404 page not found', 'bad-request'],
    [400, '{"error":"model is required"}', 'bad-request'],
    [405, '405 method not allowed', 'bad-request'],
    [500, '{"error":"llama runner process has terminated"}', 'server-error'],
    [502, '<html>bad gateway</html>', 'server-error'],
    [302, '', 'malformed'],
    [204, '', 'malformed'],
  ])('takes %d %s for %s', (status, body, kind) => {
    expect(errorFromStatus(URL, status, body)).toMatchObject({ kind, status, url: URL });
  });

  it('says what the core said, else the status', () => {
    expect(errorFromStatus(URL, 500, '{"error":"out of memory"}').message).toBe('http://core: out of memory');
    expect(errorFromStatus(URL, 502, '<html>').message).toBe('http://core: answered with status 502');
  });
});

describe(errorFromFailure.name, () => {
  it.each([
    ['ECONNREFUSED', false, 'refused'],
    ['ENOTFOUND', false, 'refused'],
    ['EHOSTUNREACH', false, 'refused'],
    ['ETIMEDOUT', false, 'timeout'],
    ['ECONNRESET', true, 'reset'],
    ['EPIPE', true, 'reset'],
    ['HPE_INVALID_CONSTANT', true, 'malformed'],
    ['CERT_HAS_EXPIRED', false, 'refused'],
    ['SOMETHING_NEW', true, 'reset'],
  ])('takes %s (connected: %s) for %s', (code, connected, kind) => {
    expect(errorFromFailure(URL, failure(code), connected).kind).toBe(kind);
  });

  it('finds the code in the cause and keeps the cause', () => {
    const wrapped = new Error('wrapped', { cause: failure('ECONNREFUSED') });
    expect(errorFromFailure(URL, wrapped, false)).toMatchObject({ kind: 'refused', cause: wrapped });
  });

  it('knows a wrong line', () => {
    expect(errorFromFailure(URL, new MalformedLineError('no'), true).kind).toBe('malformed');
  });
});

describe(textOfError.name, () => {
  it.each([
    ['plain', 'plain'],
    [{ message: 'inside' }, 'inside'],
    [{ code: 7 }, '{"code":7}'],
  ])('reads %j', (error, text) => expect(textOfError(error)).toBe(text));
});
