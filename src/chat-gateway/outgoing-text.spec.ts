import { harmless } from './outgoing-text';

describe(harmless.name, () => {
  it.each([
    ['wake up @all now', 'wake up @\u200ball now'],
    ['@here and @HERE', '@\u200bhere and @\u200bHERE'],
    ['ask @ann or @allan', 'ask @ann or @allan'],
    ['a ![picture](http://example.test/x.png)', 'a [picture](http://example.test/x.png)'],
  ])('%j becomes %j', (given, expected) => expect(harmless(given)).toBe(expected));
});
