import { AllowList } from './allow-list';
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
    new EgressGate(new AllowList(allowed), new PublicAddresses(), (host) => {
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
    (target) => expect(() => new AllowList([target])).toThrow('is no target'),
  );
});
