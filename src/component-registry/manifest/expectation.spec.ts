import { type CallResult, unmet } from './expectation';
import type { TrialCall } from './manifest';

const said = (...texts: string[]): CallResult => ({ content: texts.map((text) => ({ type: 'text', text })) });
const schema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] };

describe(unmet.name, () => {
  it.each<[TrialCall['expect'], CallResult]>([
    [{ match: 'contains', value: '29' }, said('It has', '29 days.')],
    [{ match: 'contains', value: 29 }, said('29 days')],
    [{ match: 'equals', value: '8' }, said('8')],
    [{ match: 'equals', value: { n: 1 } }, said('{"n": 1}')],
    [
      { match: 'equals', value: { n: 1 } },
      { ...said('one'), structuredContent: { n: 1 } },
    ],
    [{ match: 'jsonSchema', value: schema }, said('{"n": 2}')],
    [{ match: 'isError' }, { ...said('no'), isError: true }],
  ])('is content with %j of %j', (expectation, result) => {
    expect(unmet(expectation, result)).toBeUndefined();
  });

  it.each<[TrialCall['expect'], CallResult, RegExp]>([
    [{ match: 'contains', value: '30' }, said('29 days'), /a text without it: "29 days"/],
    [{ match: 'contains', value: 'days' }, { ...said('29 days'), isError: true }, /an error: "29 days"/],
    [{ match: 'equals', value: '8' }, said('8 '), /another text/],
    [{ match: 'equals', value: { n: 1 } }, said('{"n": 2}'), /another value/],
    [{ match: 'equals', value: { n: 1 } }, said('one'), /no JSON/],
    [{ match: 'jsonSchema', value: schema }, said('{"n": "2"}'), /does not fit \(\/n must be number\)/],
    [{ match: 'jsonSchema', value: { $ref: 'http://a' } }, said('{}'), /schema cannot be used/],
    [{ match: 'isError' }, said('fine'), /no error, but "fine"/],
    [{ match: 'contains', value: 'x' }, {}, /without it: ""/],
  ])('wants %j, not %j', (expectation, result, words) => {
    expect(unmet(expectation, result)).toMatch(words);
  });
});
