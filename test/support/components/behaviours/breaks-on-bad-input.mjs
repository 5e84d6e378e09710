export const about = 'Crashes when an argument is of the wrong type.';

export function change(server) {
  const { problems } = server;
  server.problems = (tool, given) => {
    if (problems(tool, given).length > 0) process.abort();
    return [];
  };
}
