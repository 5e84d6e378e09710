import type { Queries } from '../storage/store';

const DAY_MS = 24 * 3_600_000;

/**
 * Forgets rows after 30 days, and the texts of finished ones after a day (privacy): a slice of each.
 *
 * @param now epoch ms
 * @returns whether there may be more to forget.
 */
export async function forgetOld(tx: Queries, now: number, slice: number): Promise<boolean> {
  const yesterday = now - DAY_MS;
  const lastMonth = now - 30 * DAY_MS;
  const old = 'FROM inbox WHERE finished_at < ? ORDER BY finished_at, rowid LIMIT ?';
  const changes = [
    await tx.run(
      `UPDATE inbox SET text = '' WHERE rowid IN
         (SELECT rowid FROM inbox WHERE text <> '' AND state <> 'dead' AND finished_at < ? LIMIT ?)`,
      ...[yesterday, slice],
    ),
    await tx.run(
      `UPDATE answers SET text = '' WHERE rowid IN
         (SELECT answers.rowid FROM answers CROSS JOIN inbox ON inbox.id = message_id
          WHERE answers.text <> '' AND state <> 'dead' AND finished_at < ? LIMIT ?)`,
      ...[yesterday, slice],
    ),
    await tx.run(`DELETE FROM answers WHERE message_id IN (SELECT id ${old})`, lastMonth, slice),
    await tx.run(`DELETE FROM attempts WHERE message_id IN (SELECT id ${old})`, lastMonth, slice),
    await tx.run(`DELETE FROM inbox WHERE rowid IN (SELECT rowid ${old})`, lastMonth, slice),
  ];
  // A reaction brings an old message back whole: with its row forgotten it must count as history, not as new.
  const history = now - 29 * DAY_MS;
  await tx.run('UPDATE watermarks SET since = ? WHERE since < ?', history, history);
  return changes.some((count) => count >= slice);
}
