import { join } from 'node:path';
import Database from 'libsql';

/**
 * A past for a journal: a third of the rows each are answered questions of direct messages, their attempts and their
 * answers, of the last month.
 */
export function writeHistory(folder: string, rows: number, rooms: number): void {
  const database = new Database(join(folder, 'rdzen.db'));
  try {
    const month = 30 * 24 * 3_600_000;
    const values = [Math.floor(rows / 3), Date.now() - month, Math.floor(month / (rows / 3)), rooms];
    const numbers = `WITH RECURSIVE
      given (n_max, first, step, rooms) AS (SELECT ${values.join(', ')}),
      n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n, given WHERE i < n_max)`;
    database.exec('BEGIN');
    database.exec(`${numbers} INSERT INTO inbox
      (id, kind, room_id, lane, author_id, author_name, text, at, state, attempt, accepted_at, finished_at)
      SELECT hex(randomblob(8)) || i, 'question', 'r' || (i % rooms), 'r' || (i % rooms), 'p' || (i % 5000), 'p',
        'What was it that you said about the sea?', first + i * step, 'posted', 1, first + i * step, first + i * step
      FROM n, given`);
    database.exec(`INSERT INTO attempts (message_id, number, epoch, core, started_at, finished_at, outcome)
      SELECT id, 1, 1, 1, at, at, 'complete' FROM inbox`);
    database.exec(`INSERT INTO answers (message_id, part, post_id, text, posted)
      SELECT id, 0, hex(randomblob(10)), 'That it is wide and blue, and that nobody has seen all of it.', 1 FROM inbox`);
    database.exec('COMMIT');
  } finally {
    database.close();
  }
}
