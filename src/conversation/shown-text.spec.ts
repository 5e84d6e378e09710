import { ShownText } from './shown-text';

describe(ShownText.name, () => {
  let shown: string[];
  let sut: ShownText;

  beforeEach(() => {
    shown = [];
    sut = new ShownText({ text: (whole) => void shown.push(whole) });
  });

  it('shows what is done under the text so far, and the next text once it is as long', () => {
    sut.text('Let me see.');
    sut.status('_looking at: Time_');
    sut.nextRound();
    for (const text of ['It', 'It is nine o’clock', 'It is nine o’clock in the morning']) sut.text(text);
    expect(shown).toEqual([
      'Let me see.',
      'Let me see.\n\n_looking at: Time_',
      'It is nine o’clock in the morning',
    ]);
  });

  it('shows a wait in place of what was looked at', () => {
    sut.status('_looking at: Notes_');
    sut.status('_waiting for leave, see `!allow AB12` below_');
    expect(shown.at(-1)).toBe('_waiting for leave, see `!allow AB12` below_');
  });
});
