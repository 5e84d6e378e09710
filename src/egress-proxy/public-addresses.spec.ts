import { PublicAddresses } from './public-addresses';

describe('addresses the egress proxy may connect to', () => {
  it.each(['1.1.1.1', '93.184.215.14', '2606:4700:4700::1111', '172.15.0.1', '172.32.0.1', '9.255.255.255'])(
    '%s is public',
    (address) => expect(new PublicAddresses().allows(address)).toBe(true),
  );

  it.each([
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '127.8.8.8',
    '169.254.169.254',
    '172.17.0.1',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:1.1.1.1',
    '::ffff:127.0.0.1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:0:1::1',
    '2001:db8::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'ff02::1',
    'example.org',
    '2130706433',
    '',
  ])('%s is not', (address) => expect(new PublicAddresses().allows(address)).toBe(false));

  it('what the operator opens is reached, but never loopback or the metadata address', () => {
    const sut = new PublicAddresses(['10.1.0.0/16', 'fd12::/16', '127.0.0.0/8', '0.0.0.0/0', '::/0']);
    for (const address of ['10.1.2.3', 'fd12::1', '192.168.0.1']) expect(sut.allows(address)).toBe(true);
    for (const address of ['127.0.0.1', '169.254.169.254', '::1', '::ffff:10.1.2.3', 'fe80::1'])
      expect(sut.allows(address)).toBe(false);
  });

  it('what is closed is not, whatever is opened', () => {
    const sut = new PublicAddresses(['10.0.0.0/8'], ['10.1.2.3', '1.1.1.0/24']);
    expect(['10.1.2.3', '10.1.2.4', '1.1.1.1', '1.1.2.1'].map((one) => sut.allows(one))).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });

  it.each(['10.0.0.0/33', 'example.org', '10.0.0.0/', '10.0.0.0/8/8', '::/129', ''])(
    '%s is no network',
    (network) => expect(() => new PublicAddresses([network])).toThrow('is no network'),
  );
});
