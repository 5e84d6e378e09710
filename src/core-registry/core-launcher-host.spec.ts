import { hostOf } from './core-launcher-host';

describe(hostOf.name, () => {
  const own = ['box', '192.168.1.5', 'fe80::1', '2001:db8::5'];

  it.each([
    'http://localhost:11434',
    'http://127.0.0.1:1',
    'http://127.1.2.3:1',
    'http://[::1]:1',
    'http://[::ffff:127.0.0.1]:1',
    'http://0.0.0.0:1',
    'http://192.168.1.5:1',
    'http://[2001:db8:0:0::5]:1',
    'http://BOX:1',
    'https://user:word@localhost/ollama',
  ])('%s is this machine', (url) => {
    expect(hostOf(url, own)).toBe('this machine');
  });

  it.each([
    ['http://192.168.1.6:11434', '192.168.1.6'],
    ['http://[2001:db8::6]:1', '2001:db8::6'],
    ['http://Gpu.example.:1', 'gpu.example'],
  ])('%s is %s', (url, host) => {
    expect(hostOf(url, own)).toBe(host);
  });
});
