export const about = 'Answers remember with 300 KiB of text.';

export function change(server) {
  server.tool('remember').run = ({ note }) => `Noted: ${note} ${'and so on '.repeat(30_720)}`;
}
