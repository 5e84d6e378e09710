import { descriptionHash, schemaHash } from './tool-hash';

describe('the hashes of a tool', () => {
  it('do not depend on the order of names', () => {
    expect(schemaHash({ type: 'object', properties: { a: {}, b: {} } })).toBe(
      schemaHash({ properties: { b: {}, a: {} }, type: 'object' }),
    );
  });

  it('change with every change', () => {
    expect(schemaHash({ type: 'object' })).not.toBe(schemaHash({ type: 'object', required: [] }));
    expect(descriptionHash('Tells the time.')).not.toBe(descriptionHash('Tells the time. '));
  });

  it('are plain SHA-256 in hex', () => {
    expect(descriptionHash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(schemaHash({})).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
  });
});
