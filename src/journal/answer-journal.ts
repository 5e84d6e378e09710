import { Injectable } from '@nestjs/common';
import { Store } from '../storage/store';
import type { AnswerPart } from './journal.types';

interface AnswerRow {
  message_id: string;
  part: number;
  post_id: string;
  text: string;
  posted: number;
}

/** The committed answers, part by part, and which parts are known to stand on the chat server. */
@Injectable()
export class AnswerJournal {
  constructor(private readonly store: Store) {}

  async parts(messageId: string): Promise<AnswerPart[]> {
    const rows = await this.store.all<AnswerRow>(
      'SELECT * FROM answers WHERE message_id = ? ORDER BY part',
      messageId,
    );
    return rows.map((row) => ({
      messageId: row.message_id,
      part: row.part,
      postId: row.post_id,
      text: row.text,
      posted: row.posted === 1,
    }));
  }

  async markPosted(messageId: string, part: number): Promise<void> {
    await this.store.run('UPDATE answers SET posted = 1 WHERE message_id = ? AND part = ?', messageId, part);
  }

  /** Somebody else holds the id: the part is posted under another one. */
  async changePostId(messageId: string, part: number, postId: string): Promise<void> {
    await this.store.run(
      'UPDATE answers SET post_id = ? WHERE message_id = ? AND part = ?',
      postId,
      messageId,
      part,
    );
  }

  /** The rest of the answer is cut anew: what is not posted yet gives way to these parts. */
  async replaceUnposted(
    messageId: string,
    parts: readonly Pick<AnswerPart, 'part' | 'postId' | 'text'>[],
  ): Promise<void> {
    await this.store.transaction(async (tx) => {
      await tx.run('DELETE FROM answers WHERE message_id = ? AND posted = 0', messageId);
      for (const { part, postId, text } of parts) {
        await tx.run(
          'INSERT INTO answers (message_id, part, post_id, text) VALUES (?, ?, ?, ?)',
          ...[messageId, part, postId, text],
        );
      }
    });
  }

  /** Which of our posts is an answer (and not a notice), for building context. */
  async isAnswer(postId: string): Promise<boolean> {
    return (await this.store.get('SELECT 1 FROM answers WHERE post_id = ?', postId)) !== undefined;
  }

  async isNotice(postId: string): Promise<boolean> {
    return (await this.store.get('SELECT 1 FROM notices WHERE post_id = ?', postId)) !== undefined;
  }
}
