import { fromEjson, toEjson } from './ejson';

describe('EJSON', () => {
  it('writes dates wherever they stand and reads them back', () => {
    const value = { at: new Date(5), list: [{ at: new Date(7) }], text: 'x', nothing: null };
    const text = toEjson(value);
    expect(JSON.parse(text)).toEqual({
      at: { $date: 5 },
      list: [{ at: { $date: 7 } }],
      text: 'x',
      nothing: null,
    });
    expect(fromEjson(text)).toEqual(value);
  });

  it('leaves alone what only looks like a date', () => {
    const odd = { a: { $date: 'soon' }, b: { $date: 1, more: 2 } };
    expect(fromEjson(JSON.stringify(odd))).toEqual(odd);
  });
});
