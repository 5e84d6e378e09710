export const about = 'Floods stderr from its start on, and answers in between.';
export const limit = { of: 'lines', outside: 2_000, inContainer: 1e9 };

export function change(server) {
  server.initialized = () => {
    let written = 0;
    const line = `${'all is well '.repeat(20)}\n`;
    const more = () => {
      for (let n = 0; n < 100 && written < server.limit; n++, written++) process.stderr.write(line);
      if (written < server.limit) setTimeout(more, 10);
    };
    more();
  };
}
