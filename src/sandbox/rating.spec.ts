import { rate, type RatingFacts } from './rating';

const HARMLESS: RatingFacts = {
  network: 'none',
  effects: ['read', 'read'],
  signed: true,
  state: false,
  secrets: false,
  review: false,
  triedNetwork: false,
  failed: false,
};

describe(rate, () => {
  it('gives the most to what only reads, has no network and is signed, and names why', () => {
    expect(rate(HARMLESS)).toEqual({
      value: 8,
      reasons: [
        { reason: 'no-network', points: 1 },
        { reason: 'reads-only', points: 1 },
        { reason: 'signed', points: 1 },
      ],
    });
  });

  it.each<[string, Partial<RatingFacts>, number]>([
    ['writes', { effects: ['read', 'write'] }, 7],
    ['can destroy', { effects: ['destructive'] }, 6],
    ['wants the network', { network: 'wanted' }, 5],
    ['tried it without having said so', { triedNetwork: true }, 6],
    ['has texts that a person has to read', { review: true }, 7],
    ['keeps data and wants secrets, unsigned', { state: true, secrets: true, signed: false }, 5],
    ['did not pass', { failed: true }, 2],
    [
      'everything at once',
      {
        network: 'wanted',
        effects: ['destructive'],
        signed: false,
        state: true,
        secrets: true,
        review: true,
        triedNetwork: true,
        failed: true,
      },
      1,
    ],
  ])('less to what %s', (_, facts, value) => {
    const rating = rate({ ...HARMLESS, ...facts });
    expect(rating.value).toBe(value);
    const sum = rating.reasons.reduce((total, { points }) => total + points, 5);
    expect(Math.max(1, sum)).toBe(value);
  });
});
