import { Injectable } from '@nestjs/common';
import { Clock } from '../shared/clock';
import { Store } from '../storage/store';

/** Attempts are forgotten with their questions. */
const REMEMBERED_MS = 30 * 24 * 3_600_000;

/** What became of the answers that were begun in a time. */
export interface AnswerFigures {
  /** Answers that were finished. */
  given: number;
  /** Of the questions, how many were taken up by another core, or again, after the last whole word of an answer. */
  continued: number;
  /** How many had to be begun anew. */
  restarted: number;
  /** Texts that came too late: somebody else held the attempt by then, or nobody wanted it any more. */
  fenced: number;
  /** Epoch ms from which the journal remembers them. */
  since: number;
}

/** Counts over the journal's attempts. */
@Injectable()
export class AttemptFigures {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  /** @param since epoch ms */
  async since(since: number): Promise<AnswerFigures> {
    const from = Math.max(since, this.clock.now() - REMEMBERED_MS);
    const row = await this.store.get<Record<'given' | 'continued' | 'restarted' | 'fenced', number>>(
      `SELECT COUNT(DISTINCT CASE WHEN outcome = 'complete' THEN message_id END) AS given,
              COUNT(DISTINCT CASE WHEN number > 1 AND continued_from > 0 THEN message_id END) AS continued,
              COUNT(DISTINCT CASE WHEN number > 1 AND continued_from = 0 THEN message_id END) AS restarted,
              COUNT(CASE WHEN outcome = 'fenced' THEN 1 END) AS fenced
       FROM attempts WHERE started_at >= ?`,
      from,
    );
    return { given: 0, continued: 0, restarted: 0, fenced: 0, ...row, since: from };
  }
}
