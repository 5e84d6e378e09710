import { visibleExcerpt } from '../../mcp/visible-excerpt';
import { type Check, failed, passed } from './check';

/** Handshake, version of MCP, and whether it has tools at all. */
export const protocol: Check = {
  number: 3,
  id: 'protocol',
  ask: ({ refusal, running }) => {
    if (refusal) return Promise.resolve(failed(visibleExcerpt(refusal.message, 180)));
    if (!running) return Promise.resolve(failed('it does not run'));
    const { server, protocolVersion, offersTools } = running.session;
    if (!offersTools) return Promise.resolve(failed('it offers no tools'));
    const name = visibleExcerpt(`${server.name} ${server.version}`, 80);
    return Promise.resolve(passed(`MCP ${protocolVersion}; it calls itself ${name}`));
  },
};
