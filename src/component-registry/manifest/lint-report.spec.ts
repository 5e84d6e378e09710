import { lintReport } from './lint-report';
import { type Manifest, PUBLISHER } from './manifest';

const manifest = (permissions: object): Manifest =>
  ({
    name: 'a.b/c',
    version: '1.0.0',
    _meta: {
      [PUBLISHER]: { rdzen: { kind: 'mcp-tool', permissions, tools: [{ name: 't', effect: 'read' }] } },
    },
  }) as unknown as Manifest;

describe(lintReport.name, () => {
  it('tells where, what is wrong and what to write, and counts', () => {
    const problem = { path: '/version', line: 4, wrong: 'version is "1"', write: 'One exact version.' };
    const report = lintReport('server.json', {
      problems: [
        { severity: 'error', ...problem },
        { severity: 'warning', ...problem, path: '' },
      ],
    });
    expect(report.split('\n')).toEqual([
      'server.json:4: error: version is "1" (/version)',
      '    write: One exact version.',
      'server.json:4: warning: version is "1"',
      '    write: One exact version.',
      '1 error, 1 warning',
    ]);
  });

  it.each([
    [{}, 'network: none'],
    [{ network: { egress: ['api.example.org:443'] } }, 'network: out to api.example.org:443'],
    [{ network: { internal: ['a.b/db'] } }, 'network: with a.b/db'],
  ])('sums up a good one: %j', (permissions, text) => {
    expect(lintReport('x', { manifest: manifest(permissions), problems: [] })).toBe(
      `0 errors, 0 warnings\na.b/c 1.0.0: mcp-tool, 1 tool; ${text}`,
    );
  });
});
