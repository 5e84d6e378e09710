export const about =
  'Answers remember with content of kinds that there are not, or that are not what they say.';

export function change(server) {
  server.tool('remember').run = ({ note }) => ({
    content: [
      { type: 'text', text: { note: `Noted: ${note}` } },
      { type: 'hologram', data: 7 },
      { type: 'image', data: '<svg onload=alert(1)>', mimeType: 'text/html' },
      null,
    ],
  });
}
