import { answerTo, partsOf, questionNumber, questionText, recite } from '../../bench/soak/recital';

describe(recite.name, () => {
  const asked = { role: 'user', content: questionText(482, 12) };

  it('answers the last question, whatever was said before', () => {
    const before = [
      { role: 'user', content: questionText(481, 3) },
      { role: 'assistant', content: answerTo(481, 3) },
    ];
    expect(recite([...before, asked])).toBe(answerTo(482, 12));
  });

  it('goes on after the beginning that it is given', () => {
    const begun = answerTo(482, 12).slice(0, 100);
    expect(begun + recite([asked, { role: 'assistant', content: begun }])).toBe(answerTo(482, 12));
  });

  it('numbers every part of its answer', () => {
    const parts = partsOf(482, 400);
    expect(parts.length).toBeGreaterThan(2);
    expect(parts.map(questionNumber)).toEqual(parts.map(() => 482));
    expect(questionNumber('Just talking.')).toBeUndefined();
  });
});
