import { chatServerUrl, websocketUrl } from './websocket-url';

describe(websocketUrl.name, () => {
  it.each([
    ['http://localhost:3000', 'ws://localhost:3000/websocket'],
    ['https://chat.example', 'wss://chat.example/websocket'],
    ['https://example.org/chat/', 'wss://example.org/chat/websocket'],
    ['http://[::1]:3000/a/b?x=1#y', 'ws://[::1]:3000/a/b/websocket'],
  ])('%s gives %s', (base, socket) => {
    expect(websocketUrl(base)).toBe(socket);
  });
});

describe(chatServerUrl.name, () => {
  it('drops trailing slash and query, keeps the subpath', () => {
    expect(chatServerUrl('https://Example.org/chat/?x=1')).toBe('https://example.org/chat');
  });

  it.each(['', 'chat.example', 'ws://chat.example', 'http://user:pw@chat.example'])(
    'refuses "%s"',
    (given) => {
      expect(() => chatServerUrl(given)).toThrow(/ROCKETCHAT_URL/);
    },
  );

  it('does not repeat a password it refuses', () => {
    expect(() => chatServerUrl('http://user:geheim@chat.example')).toThrow(/^((?!geheim).)*$/);
  });
});
