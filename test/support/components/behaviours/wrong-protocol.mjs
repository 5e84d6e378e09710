export const about = 'Speaks a version of the protocol that there is not.';

export function change(server) {
  const initialize = server.initialize.bind(server);
  server.initialize = (params) => ({ ...initialize(params), protocolVersion: '1999-12-31' });
}
