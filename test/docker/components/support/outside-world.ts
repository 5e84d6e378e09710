import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { SystemRandom } from '../../../../src/shared/system-random';

const SERVER = `
  require('node:https')
    .createServer({ key: process.env.KEY, cert: process.env.CERTIFICATE }, (request, response) => {
      const { host } = request.headers;
      const pages = JSON.parse(process.env.PAGES);
      const page = pages['https://' + host + request.url];
      response.writeHead(page ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' });
      response.end(page ?? '<h1>Not found</h1>');
    })
    .listen(443);
`;

/** A network with a way out, in which websites of the world stand: their names, and certificates of an authority of its own. */
export class OutsideWorld {
  private constructor(
    readonly network: string,
    /** CIDR. */
    readonly subnet: string,
    /** PEM of the authority that whoever visits has to trust. */
    readonly authority: string,
    private readonly away: () => Promise<void>,
  ) {}

  /** @param pages HTML by address, `https://host/path` */
  static async begin(image: string, pages: Record<string, string>): Promise<OutsideWorld> {
    const engine = new Docker();
    const name = `rdzen-test-world-${new SystemRandom().id(8).toLowerCase()}`;
    const hosts = [...new Set(Object.keys(pages).map((page) => new URL(page).host))];
    const { key, certificate, authority } = certificateFor(hosts);
    const Labels = { 'rdzen-test.world': name };
    const network = await engine.createNetwork({ Name: name, Labels });
    const { IPAM } = (await network.inspect()) as { IPAM: { Config: { Subnet: string }[] } };
    const server = await engine.createContainer({
      name,
      Image: image,
      Cmd: ['node', '-e', SERVER],
      Env: [`KEY=${key}`, `CERTIFICATE=${certificate}`, `PAGES=${JSON.stringify(pages)}`],
      Labels,
      HostConfig: { NetworkMode: name },
      NetworkingConfig: { EndpointsConfig: { [name]: { Aliases: hosts } } },
    });
    await server.start();
    return new OutsideWorld(name, IPAM.Config[0]?.Subnet ?? '', authority, async () => {
      await server.remove({ force: true });
      await network.remove();
    });
  }

  end(): Promise<void> {
    return this.away();
  }
}

/** For two days, of a fresh authority. */
function certificateFor(hosts: string[]): { key: string; certificate: string; authority: string } {
  const folder = mkdtempSync(join(tmpdir(), 'rdzen-test-certificate-'));
  const at = (file: string): string => join(folder, file);
  const openssl = (...args: string[]): void =>
    void execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  try {
    openssl(
      'req',
      '-x509',
      ...fresh,
      '-subj',
      '/CN=Test authority',
      '-keyout',
      at('ca.key'),
      '-out',
      at('ca.pem'),
    );
    openssl(
      ...['req', '-x509', ...fresh, '-subj', `/CN=${hosts[0]}`, '-CA', at('ca.pem'), '-CAkey', at('ca.key')],
      ...['-addext', `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(',')}`],
      ...['-addext', 'basicConstraints=critical,CA:FALSE', '-keyout', at('key.pem'), '-out', at('cert.pem')],
    );
    const read = (file: string): string => readFileSync(at(file), 'utf8');
    return { key: read('key.pem'), certificate: read('cert.pem'), authority: read('ca.pem') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
