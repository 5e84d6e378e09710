import { Logger } from '@nestjs/common';
import { EventBus } from './event-bus';

describe(EventBus.name, () => {
  let sut: EventBus;
  const event = { at: 1 };

  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(() => {
    sut = new EventBus();
  });

  it('tells every listener of the name, in the order they came, and nobody else', () => {
    const heard: string[] = [];
    sut.on('process.stopping', ({ at }) => void heard.push(`a${at}`));
    sut.on('process.stopping', ({ at }) => void heard.push(`b${at}`));
    sut.emit('process.stopping', event);
    expect(heard).toEqual(['a1', 'b1']);
  });

  it('stops telling whoever left, also in the middle', () => {
    const second = jest.fn();
    sut.on('process.stopping', () => leave());
    const leave = sut.on('process.stopping', second);
    sut.emit('process.stopping', event);
    expect(second).not.toHaveBeenCalled();
  });

  it('counts a listener that fails, at once or later, and lets the others hear', async () => {
    const heard = jest.fn();
    sut.on('process.stopping', () => {
      throw new Error('at once');
    });
    sut.on('process.stopping', () => Promise.reject(new Error('later')));
    sut.on('process.stopping', heard);
    sut.emit('process.stopping', event);
    await Promise.resolve();
    expect(heard).toHaveBeenCalledTimes(1);
    expect(sut.failures).toBe(2);
  });

  it('takes what a listener returns for nothing where it is no promise', () => {
    const total = { inc: () => ({ labelHash: '' }) };
    sut.on('process.stopping', (() => total.inc()) as () => void);
    sut.emit('process.stopping', event);
    expect(sut.failures).toBe(0);
  });

  it('does not tell a listener of the event during which it came', () => {
    const late = jest.fn();
    sut.on('process.stopping', () => void sut.on('process.stopping', late));
    sut.emit('process.stopping', event);
    expect(late).not.toHaveBeenCalled();
  });
});
