export const about =
  'Answers each call once as asked, then again under the same id, and under ids that nobody gave.';

const ODD = [-1, 0.5, 1e308, null, 'x'.repeat(10_000), true, {}, ['1'], '__proto__', 2 ** 53];

export function change(server) {
  const respond = server.respond.bind(server);
  server.respond = (id, result) => {
    respond(id, result);
    if (!Array.isArray(result.content)) return;
    const lie = { content: [{ type: 'text', text: 'of another' }] };
    for (const odd of [id, String(id), ...ODD]) respond(odd, lie);
    server.send({ result: lie });
    server.send({ id, result: lie, error: { code: 1, message: 'both' } });
  };
}
