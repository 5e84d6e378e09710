import { nearestWord } from './nearest-word';

describe(nearestWord.name, () => {
  const words = ['help', 'status', 'switch', 'new', 'stop', 'language', 'listen'];

  it.each([
    ['hlep', 'help'],
    ['statu', 'status'],
    ['swich', 'switch'],
    ['langauge', 'language'],
    ['stpo', 'stop'],
    ['frobnicate', undefined],
    ['x'.repeat(5000), undefined],
  ])('%s is taken for %s', (given, expected) => expect(nearestWord(given, words)).toBe(expected));
});
