import type { Queries } from '../../../storage/store';
import { fromEjson, toEjson } from '../ejson';
import type { UserDocument } from './documents';

interface UserRow {
  document: string;
  password: string | null;
}

/** Where a login token came from: the protocol's login, or this server's own page. */
export type TokenOrigin = 'login' | 'page';

export interface TokenRow {
  user_id: string;
  origin: TokenOrigin;
  expires_at: number;
}

export class UserRecords {
  constructor(private readonly queries: Queries) {}

  async byId(id: string): Promise<UserDocument | undefined> {
    const row = await this.queries.get<UserRow>('SELECT document FROM users WHERE id = ?', id);
    return row && fromEjson<UserDocument>(row.document);
  }

  async byUsername(username: string): Promise<UserDocument | undefined> {
    const row = await this.queries.get<UserRow>('SELECT document FROM users WHERE username = ?', username);
    return row && fromEjson<UserDocument>(row.document);
  }

  async all(): Promise<UserDocument[]> {
    const rows = await this.queries.all<UserRow>('SELECT document FROM users ORDER BY username');
    return rows.map((row) => fromEjson<UserDocument>(row.document));
  }

  async passwordOf(id: string): Promise<string | undefined> {
    const row = await this.queries.get<UserRow>('SELECT password FROM users WHERE id = ?', id);
    return row?.password ?? undefined;
  }

  async insert(user: UserDocument, password?: string): Promise<void> {
    await this.queries.run(
      'INSERT INTO users (id, username, password, document) VALUES (?, ?, ?, ?)',
      user._id,
      user.username,
      password ?? null,
      toEjson(user),
    );
  }

  async save(user: UserDocument): Promise<void> {
    await this.queries.run('UPDATE users SET document = ? WHERE id = ?', toEjson(user), user._id);
  }

  async setPassword(id: string, password: string): Promise<void> {
    await this.queries.run('UPDATE users SET password = ? WHERE id = ?', password, id);
  }

  token(hash: string): Promise<TokenRow | undefined> {
    return this.queries.get<TokenRow>('SELECT user_id, origin, expires_at FROM tokens WHERE hash = ?', hash);
  }

  /** Keeps at most `limit` tokens per user: the oldest go. */
  async addToken(
    hash: string,
    userId: string,
    origin: TokenOrigin,
    createdAt: number,
    expiresAt: number,
    limit: number,
  ): Promise<void> {
    await this.queries.run(
      'INSERT INTO tokens (hash, user_id, origin, created_at, expires_at) VALUES (?, ?, ?, ?, ?)',
      hash,
      userId,
      origin,
      createdAt,
      expiresAt,
    );
    await this.queries.run(
      `DELETE FROM tokens WHERE user_id = ? AND hash NOT IN
         (SELECT hash FROM tokens WHERE user_id = ? ORDER BY created_at DESC, rowid DESC LIMIT ?)`,
      userId,
      userId,
      limit,
    );
  }

  async removeToken(hash: string): Promise<void> {
    await this.queries.run('DELETE FROM tokens WHERE hash = ?', hash);
  }

  async removeTokensOf(userId: string): Promise<void> {
    await this.queries.run('DELETE FROM tokens WHERE user_id = ?', userId);
  }
}
