import { VirtualClock } from '../../test/support/virtual-clock';
import type { TurnService } from '../conversation/turn.service';
import type { Question } from '../journal/journal.types';
import type { QuestionJournal } from '../journal/question-journal';
import type { ChatMessage } from '../rocket-chat/chat-types';
import type { AnswerPoster } from './answer-poster';
import type { CommandRunner } from './command-runner';
import { QuestionWorker, type WorkerContext } from './question-worker';
import type { Replies } from './replies';

describe(QuestionWorker.name, () => {
  const waiting = (rest: Partial<Question> = {}): Question => ({
    id: 'm1',
    kind: 'command',
    roomId: 'r1',
    lane: 'command/m1',
    authorId: 'admin',
    authorName: 'admin',
    text: '!status',
    at: 0,
    state: 'queued',
    attempt: 0,
    fruitless: 0,
    deaths: 0,
    nextAt: 0,
    acceptedAt: 0,
    ...rest,
  });

  function worker(current: Partial<ChatMessage> | undefined) {
    const clock = new VirtualClock(10_000);
    const run = jest.fn((_question: Question) => Promise.resolve('done'));
    const journal = {
      cancel: jest.fn(() => Promise.resolve(true)),
      replaceText: jest.fn(() => Promise.resolve(true)),
    };
    const context = {
      presence: { current: () => Promise.resolve(current), recovering: () => false },
      tools: { clock },
    };
    const sut = new QuestionWorker(
      journal as unknown as QuestionJournal,
      {} as unknown as TurnService,
      { run } as unknown as CommandRunner,
      { deliver: () => Promise.resolve(true) } as unknown as AnswerPoster,
      { commit: () => Promise.resolve(true) } as unknown as Replies,
      context as unknown as WorkerContext,
    );
    return { sut, run, journal };
  }

  it('runs a command as its author wrote it, whatever others made of the message since', async () => {
    const { sut, run, journal } = worker({ text: '!switch 2' });
    await sut.work(waiting(), new AbortController().signal);
    expect(run.mock.calls[0]?.[0]).toMatchObject({ text: '!status' });
    expect(journal.replaceText).not.toHaveBeenCalled();
  });

  it('does not run a command whose message is gone', async () => {
    const { sut, run, journal } = worker(undefined);
    await sut.work(waiting(), new AbortController().signal);
    expect(run).not.toHaveBeenCalled();
    expect(journal.cancel).toHaveBeenCalledWith('m1', 'the message was deleted');
  });
});
