import fc from 'fast-check';
import type { CoreMessage } from '../ollama/ollama-api';
import { cost, fitHistory } from './token-budget';

const user = (content: string): CoreMessage => ({ role: 'user', content });
const assistant = (content: string): CoreMessage => ({ role: 'assistant', content });

describe(fitHistory.name, () => {
  const history = [
    user('one'),
    assistant('first'),
    user('two'),
    user('two more'),
    assistant('second'),
    user('three'),
    assistant('third'),
  ];

  it('keeps everything where there is room', () => expect(fitHistory(history, 1000)).toEqual(history));

  it('drops the oldest turns whole', () => {
    const room = history.slice(2).reduce((sum, message) => sum + cost(message), 0);
    expect(fitHistory(history, room)).toEqual(history.slice(2));
    expect(fitHistory(history, room - 1)).toEqual(history.slice(5));
  });

  it('keeps nothing where not even the last turn fits', () => expect(fitHistory(history, 5)).toEqual([]));

  it('never exceeds the room, and what it keeps is the end of the history', () => {
    const message = fc.record({
      role: fc.constantFrom('user' as const, 'assistant' as const),
      content: fc.string({ maxLength: 60 }),
    });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 12 }), fc.nat(200), (messages, room) => {
        const kept = fitHistory(messages, room);
        expect(kept.reduce((sum, each) => sum + cost(each), 0)).toBeLessThanOrEqual(room);
        expect(kept).toEqual(messages.slice(messages.length - kept.length));
      }),
    );
  });
});
