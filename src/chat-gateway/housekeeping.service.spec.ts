import { VirtualClock } from '../../test/support/virtual-clock';
import type { CoreHistory } from '../core-registry/core-history';
import type { RepairJournal } from '../failover/repair/repair-journal';
import type { NoticeJournal } from '../journal/notice-journal';
import type { QuestionJournal } from '../journal/question-journal';
import type { ToolCallJournal } from '../tools/tool-call-journal';
import { Housekeeping } from './housekeeping.service';

describe(Housekeeping.name, () => {
  it('prunes a minute after the start and every hour, also after a failure, until it is stopped', async () => {
    const clock = new VirtualClock();
    const prune = jest.fn().mockRejectedValueOnce(new Error('disk full')).mockResolvedValue(undefined);
    const notices = { prune: jest.fn().mockResolvedValue(undefined) };
    const history = { prune: jest.fn().mockResolvedValue(undefined) };
    const repairs = { prune: jest.fn().mockResolvedValue(undefined) };
    const toolCalls = { prune: jest.fn().mockResolvedValue(undefined) };
    const sut = new Housekeeping(
      { prune } as unknown as QuestionJournal,
      notices as unknown as NoticeJournal,
      history as unknown as CoreHistory,
      repairs as unknown as RepairJournal,
      toolCalls as unknown as ToolCallJournal,
      clock,
    );
    sut.start();
    await clock.advance(61_000);
    expect(prune).toHaveBeenCalledTimes(1);
    await clock.advance(3_601_000);
    expect(prune).toHaveBeenCalledTimes(2);
    expect(notices.prune).toHaveBeenCalledTimes(1);
    expect(history.prune).toHaveBeenCalledTimes(1);
    expect(repairs.prune).toHaveBeenCalledTimes(1);
    expect(toolCalls.prune).toHaveBeenCalledTimes(1);
    await sut.stop();
    await clock.advance(10 * 3_600_000);
    expect(prune).toHaveBeenCalledTimes(2);
  });

  it('forgets slice after slice while there is more, with a pause between them', async () => {
    const clock = new VirtualClock();
    const prune = jest.fn().mockResolvedValueOnce(true).mockResolvedValueOnce(true).mockResolvedValue(false);
    const notices = { prune: jest.fn().mockResolvedValue(undefined) };
    const journals = { prune } as unknown as QuestionJournal;
    const sut = new Housekeeping(
      journals,
      notices as unknown as NoticeJournal,
      { prune: jest.fn().mockResolvedValue(undefined) } as unknown as CoreHistory,
      { prune: jest.fn().mockResolvedValue(undefined) } as unknown as RepairJournal,
      { prune: jest.fn().mockResolvedValue(undefined) } as unknown as ToolCallJournal,
      clock,
    );
    sut.start();
    await clock.advance(60_000);
    expect(prune).toHaveBeenCalledTimes(1);
    await clock.advance(1_000);
    expect(prune).toHaveBeenCalledTimes(3);
    expect(notices.prune).toHaveBeenCalledTimes(1);
    await sut.stop();
  });
});
