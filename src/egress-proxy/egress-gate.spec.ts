import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../component-registry/manifest/manifest';
import { egressOf } from '../tools/component-surroundings';
import { HostAllowList } from '../shared/host-allow-list';
import { EgressGate } from './egress-gate';
import { PublicAddresses } from './public-addresses';

describe('where a request may go', () => {
  const looked: string[] = [];
  const names: Record<string, string[]> = {
    'api.test': ['93.184.215.14', '2606:4700::1'],
    'inner.test': ['10.0.0.5'],
    'half.test': ['93.184.215.14', '169.254.169.254'],
    'empty.test': [],
  };
  const gate = (...allowed: string[]): EgressGate =>
    new EgressGate(new HostAllowList(allowed), new PublicAddresses(), (host) => {
      looked.push(host);
      const found = names[host];
      if (!found) return Promise.reject(new Error('ENOTFOUND'));
      return Promise.resolve(found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
    });
  beforeEach(() => void looked.splice(0));

  it('a host and port that are listed, at the addresses that were checked', async () => {
    const found = await gate('API.test:443').permit('api.TEST.', 443).catch(String);
    expect(found).toContain('ENOTFOUND');
    expect(await gate('API.test:443').permit('api.test', 443)).toEqual([
      { address: '93.184.215.14', family: 4 },
      { address: '2606:4700::1', family: 6 },
    ]);
  });

  it('every name below one with a star, and neither that one nor one that only ends alike', () => {
    const list = new HostAllowList(['*.Example.org:443', 'example.com:80']);
    const has = (target: string): boolean => {
      const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(target) ?? [];
      return list.has(host, Number(port));
    };
    const allowed = ['en.example.org:443', 'a.b.example.ORG.:443', 'x_y.example.org:443', 'example.com:80'];
    const refused = [
      ...['example.org:443', 'en.example.org:80', 'evilexample.org:443', 'en.example.org.evil.test:443'],
      ...[
        '.example.org:443',
        'a..example.org:443',
        'a/b.example.org:443',
        '*.example.org:443',
        'www.example.com:80',
      ],
    ];
    expect(allowed.filter((target) => !has(target))).toEqual([]);
    expect(refused.filter(has)).toEqual([]);
  });

  it('what the shipped manifests name can be allowed', () => {
    const folder = join(__dirname, '../component-registry/shipped');
    const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
    const named = files.flatMap((file) => {
      const { manifest } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { manifest: Manifest };
      return egressOf(manifest);
    });
    expect(named).toContain('*.wikipedia.org:443');
    expect(() => new HostAllowList(named)).not.toThrow();
  });

  it.each([
    ['api.test', 80],
    ['www.api.test', 443],
    ['api.test.evil.test', 443],
    ['evil.test', 443],
    ['93.184.215.14', 443],
    ['', 443],
  ])('%s:%i is not listed, and not even looked up', async (host, port) => {
    await expect(gate('api.test:443').permit(host, port)).rejects.toMatchObject({ reason: 'not-listed' });
    expect(looked).toEqual([]);
  });

  it('an empty list allows nothing', async () => {
    await expect(gate().permit('api.test', 443)).rejects.toMatchObject({ reason: 'not-listed' });
  });

  it.each(['inner.test', 'half.test', 'empty.test', '127.0.0.1', '[::1]', '10.0.0.1'])(
    '%s leads to what is not public',
    async (host) =>
      expect(gate(`${host}:443`).permit(host, 443)).rejects.toMatchObject({ reason: 'private-address' }),
  );

  it('an address that is public may be listed', async () => {
    expect(await gate('1.1.1.1:853').permit('1.1.1.1', 853)).toEqual([{ address: '1.1.1.1', family: 4 }]);
    expect(looked).toEqual([]);
  });

  it.each(['*.test:443', 'api.test', 'api.test:0', 'api.test:99999', 'http://api.test:443', '', 'a b:1'])(
    '"%s" is no target',
    (target) => expect(() => new HostAllowList([target])).toThrow('is no target'),
  );
});
