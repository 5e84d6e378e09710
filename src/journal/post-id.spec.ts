import fc from 'fast-check';
import { PostIdKey } from './post-id';

describe(PostIdKey.name, () => {
  const sut = new PostIdKey(Buffer.alloc(32, 1));

  it('needs a key of 32 bytes', () => {
    expect(() => new PostIdKey(Buffer.alloc(31))).toThrow('31 bytes; 32 are needed');
  });

  it('gives 20 letters and digits, the same for the same thing in every run', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat(50), fc.nat(5), (room, message, part, salt) => {
        const id = sut.answer(room, message, part, salt);
        expect(id).toMatch(/^[0-9A-Za-z]{20}$/);
        expect(new PostIdKey(Buffer.alloc(32, 1)).answer(room, message, part, salt)).toBe(id);
      }),
    );
    expect(sut.answer('room', 'message', 0)).toBe('vPvMvljtztPhXXyPtJlK');
  });

  it('gives different ones for different rooms, messages, parts, salts, purposes and keys', () => {
    const ids = [
      sut.answer('r', 'm', 0),
      sut.answer('r', 'm', 1),
      sut.answer('r', 'm', 0, 1),
      sut.answer('r', 'm2', 0),
      sut.answer('r2', 'm', 0),
      sut.answer('rm', '', 0),
      sut.answer('', 'rm', 0),
      sut.notice('r', 'm'),
      sut.notice('r', 'answer'),
      new PostIdKey(Buffer.alloc(32, 2)).answer('r', 'm', 0),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});
