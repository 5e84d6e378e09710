import fc from 'fast-check';
import { ddpError } from './ddp-error';
import { ddpFrames, parseDdpFrame } from './ddp-frames';

describe(parseDdpFrame.name, () => {
  it.each([
    ['{"msg":"connected","session":"x"}', { kind: 'connected' }],
    ['{"msg":"failed","version":"1"}', { kind: 'failed', version: '1' }],
    ['{"msg":"ping"}', { kind: 'ping' }],
    ['{"msg":"ping","id":"7"}', { kind: 'ping', id: '7' }],
    ['{"msg":"ready","subs":["1",2]}', { kind: 'ready', subs: ['1'] }],
    [
      '{"msg":"nosub","id":"1","error":{"error":"not-allowed"}}',
      { kind: 'nosub', id: '1', error: { error: 'not-allowed' } },
    ],
    [
      '{"msg":"result","id":"1","result":{"a":1}}',
      { kind: 'result', id: '1', result: { a: 1 }, error: undefined },
    ],
    [
      '{"msg":"changed","collection":"c","id":"id","fields":{"eventName":"e","args":[1]}}',
      { kind: 'event', collection: 'c', eventName: 'e', args: [1] },
    ],
  ])('reads %s', (text, frame) => {
    expect(parseDdpFrame(text)).toEqual(frame);
  });

  it.each([
    '{"server_id":"0"}',
    '{"msg":"updated","methods":["1"]}',
    '{"msg":"result"}',
    'null',
    '[]',
    'a["x"]',
    '',
  ])('ignores %s', (text) => {
    expect(parseDdpFrame(text)).toBeUndefined();
  });

  it('throws for nothing', () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (text, value) => {
        parseDdpFrame(text);
        parseDdpFrame(JSON.stringify({ msg: 'changed', fields: value }));
        parseDdpFrame(JSON.stringify({ msg: value, id: value, subs: value }));
      }),
    );
  });

  it('echoes a ping id if there is one', () => {
    expect([ddpFrames.pong('7'), ddpFrames.pong()]).toEqual(['{"msg":"pong","id":"7"}', '{"msg":"pong"}']);
  });
});

describe(ddpError.name, () => {
  it.each([
    ['login', { error: 403, reason: 'Incorrect password' }, 'unauthorized'],
    ['login', { error: 403, reason: 'Your session has expired' }, 'unauthorized'],
    ['login', { error: 'totp-required', reason: 'TOTP Required' }, 'login-refused'],
    [
      'login',
      { error: 'too-many-requests', reason: 'Error, too many requests', details: { timeToReset: 4000 } },
      'rate-limited',
    ],
    ['sub', { error: 'not-allowed', reason: 'Not allowed' }, 'forbidden'],
    ['sub', { error: 500, reason: 'Internal server error' }, 'unreachable'],
    ['x', { error: 404, reason: "Method 'x' not found" }, 'bad-request'],
    ['x', undefined, 'bad-request'],
    ['x', 'text', 'bad-request'],
  ])('%s %j is %s', (what, raw, kind) => {
    expect(ddpError(what, raw).kind).toBe(kind);
  });

  it('keeps the wait', () => {
    expect(
      ddpError('x', { error: 'too-many-requests', details: { timeToReset: 4000 } }).details.retryAfterMs,
    ).toBe(4000);
  });
});
