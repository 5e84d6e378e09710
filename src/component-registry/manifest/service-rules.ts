import { error, type Rule } from './rule-finding';

/** What a service has to say of itself: how its health is asked, since nobody speaks MCP with it. */
export const serviceRules: Rule = ({ kind, health, permissions, trial }, { packages: [{ transport }] }) => {
  if (kind !== 'service') return [];
  const findings = [];
  if (health === undefined || health.type.startsWith('mcp'))
    findings.push(
      error(
        '@/health',
        'a service is not watched by MCP',
        'health of the type http or tcp, with its port: {"type": "http", "port": 8080, "path": "/health"}.',
      ),
    );
  else {
    if (health.port === undefined)
      findings.push(
        error(
          '@/health',
          `health of the type ${health.type} has no port`,
          'Add "port": the one that the service listens on, 1024 to 65535.',
        ),
      );
    else if (health.port < 1_024)
      findings.push(
        error(
          '@/health/port',
          `a service has no right to listen on port ${health.port}`,
          'A port from 1024 on: it runs without capabilities and not as root.',
        ),
      );
    if (health.type === 'tcp' && health.path !== undefined)
      findings.push(error('@/health/path', 'tcp has no path', 'Take it out, or make the type http.'));
    if (health.path !== undefined && !/^\/[!-~]*$/.test(health.path))
      findings.push(
        error('@/health/path', `"${health.path}" is no path`, 'It begins with "/" and has no blanks.'),
      );
  }
  if (transport.type !== 'stdio')
    findings.push(
      error(
        '/packages/0/transport',
        'nobody speaks MCP with a service',
        'Write {"type": "stdio"}, which the format wants; how it is reached stands in health.',
      ),
    );
  const network = permissions?.network ?? 'none';
  if (typeof network === 'object')
    findings.push(
      error(
        '@/permissions/network',
        'a service reaches nothing by itself',
        'Take it out: those that use the service name it in their own permissions.network.internal.',
      ),
    );
  if ((trial?.calls ?? []).length > 0)
    findings.push(
      error(
        '@/trial/calls',
        'a service has no tools to call',
        'Take calls out; its health is what is tried.',
      ),
    );
  return findings;
};
