import type { Queries } from '../../../storage/store';
import { fromEjson, toEjson } from '../ejson';
import type { UserDocument } from './documents';

interface UserRow {
  document: string;
  password: string | null;
}

/** Where a token came from: the protocol's login, this server's own page, or a person who gave it a name. */
export type TokenOrigin = 'login' | 'page' | 'personal';

export interface TokenRow {
  user_id: string;
  origin: TokenOrigin;
  /** 0: never. */
  expires_at: number;
  /** 1: no second factor is asked for. */
  bypass: number;
}

/** A personal access token. */
export interface AccessTokenRow {
  name: string;
  last_part: string;
  bypass: number;
  created_at: number;
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
    return this.queries.get<TokenRow>(
      'SELECT user_id, origin, expires_at, bypass FROM tokens WHERE hash = ?',
      hash,
    );
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
      `DELETE FROM tokens WHERE user_id = ? AND name IS NULL AND hash NOT IN
         (SELECT hash FROM tokens WHERE user_id = ? AND name IS NULL ORDER BY created_at DESC, rowid DESC LIMIT ?)`,
      userId,
      userId,
      limit,
    );
  }

  accessToken(userId: string, name: string): Promise<AccessTokenRow | undefined> {
    return this.queries.get<AccessTokenRow>(
      'SELECT name, last_part, bypass, created_at FROM tokens WHERE user_id = ? AND name = ?',
      userId,
      name,
    );
  }

  accessTokens(userId: string): Promise<AccessTokenRow[]> {
    return this.queries.all<AccessTokenRow>(
      `SELECT name, last_part, bypass, created_at FROM tokens
         WHERE user_id = ? AND name IS NOT NULL ORDER BY created_at, name`,
      userId,
    );
  }

  async addAccessToken(
    hash: string,
    userId: string,
    createdAt: number,
    token: Omit<AccessTokenRow, 'created_at'>,
  ): Promise<void> {
    await this.queries.run(
      `INSERT INTO tokens (hash, user_id, origin, created_at, expires_at, name, last_part, bypass)
         VALUES (?, ?, 'personal', ?, 0, ?, ?, ?)`,
      ...[hash, userId, createdAt, token.name, token.last_part, token.bypass],
    );
  }

  async removeAccessToken(userId: string, name: string): Promise<void> {
    await this.queries.run('DELETE FROM tokens WHERE user_id = ? AND name = ?', userId, name);
  }

  async removeToken(hash: string): Promise<void> {
    await this.queries.run('DELETE FROM tokens WHERE hash = ?', hash);
  }

  async removeTokensOf(userId: string): Promise<void> {
    await this.queries.run('DELETE FROM tokens WHERE user_id = ?', userId);
  }
}
