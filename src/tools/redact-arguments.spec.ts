import { redactedArguments } from './redact-arguments';

describe(redactedArguments.name, () => {
  it('shows names in order, and no secrets', () => {
    const args = {
      url: 'https://ann:pw@example.com/x',
      apiKey: 'abc',
      nested: { password: 'p', note: 'fine' },
      text: 'my key is ghp_0123456789abcdefghij',
    };
    expect(redactedArguments(args).split('\n')).toEqual([
      'apiKey: •••',
      'nested: {"password":"•••","note":"fine"}',
      'text: my key is •••',
      'url: https•••example.com/x',
    ]);
  });

  it('shows nothing unseen, no markup that breaks out, pages nobody, and not all of what is long', () => {
    const shown = redactedArguments({ text: '```\n@all do\u202e it', long: 'x'.repeat(5_000) });
    expect(shown).not.toMatch(/`|\u202e|@all/);
    expect(shown).toContain('… (5000 characters)');
    expect(
      redactedArguments(Object.fromEntries([...Array(50).keys()].map((at) => [`n${at}`, 'y'.repeat(99)])))
        .length,
    ).toBeLessThan(1_300);
    expect(redactedArguments({})).toBe('');
  });
});
