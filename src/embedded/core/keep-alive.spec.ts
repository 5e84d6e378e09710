import { parseKeepAlive } from './keep-alive';

describe(parseKeepAlive.name, () => {
  it.each([
    [0, 0],
    [90, 90_000],
    [-1, Infinity],
    ['0', 0],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['300ms', 300],
    ['-1s', Infinity],
  ])('reads %j', (value, ms) => expect(parseKeepAlive(value)).toBe(ms));

  it.each(['', '5', 'soon', '5 m', '5m!', true, {}])('refuses %j with 400', (value) => {
    try {
      parseKeepAlive(value);
    } catch (error) {
      return expect(error).toMatchObject({ name: 'CoreFailure', status: 400 });
    }
    throw new Error('it was accepted');
  });
});
