import { createHash, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { Injectable, Logger } from '@nestjs/common';
import type { Scope } from '../access/scope';
import { Settings } from '../config/settings';
import { API_KEY } from '../shared/api-key-shape';
import { Clock } from '../shared/clock';
import { Random } from '../shared/random';
import { RdzenError } from '../shared/rdzen-error';
import { readIfThere, writeAtomically } from '../storage/atomic-file';
import { Store, type Queries } from '../storage/store';

const FIRST_KEY = 'first admin key';
/** With it the chat page's server asks for what its panel of the cores shows and does. */
export const PAGE_KEY = 'chat page';
const SHAPE = new RegExp(`^${API_KEY.source}$`);
/** More would hide from whoever reads the list what is still in use. */
const MOST_IN_FORCE = 100;
/** Why a key of this name stays: {@link ApiKeys.ensureFirstKey} and every start find their own key by it. */
const STAYS = new Map([
  [
    FIRST_KEY,
    'This is the first admin key. To replace it, remove admin.key in the data folder and restart instead, which makes a new one.',
  ],
  [
    PAGE_KEY,
    "This is the chat page's key, without which its panel of the cores does not work. Every start replaces it.",
  ],
]);

export interface KeyHolder {
  id: string;
  /** As whoever made it called it. */
  name: string;
  scope: Scope;
}

export interface KeyInForce extends KeyHolder {
  /** ms since the epoch */
  createdAt: number;
}

export interface MadeKey extends KeyInForce {
  /** Itself, which is kept nowhere. */
  key: string;
}

/**
 * API keys, `rdz_<id>.<secret>`. Only the SHA-256 of the secret is stored: it has 250 bits of chance in it, so nothing
 * slower is needed, and the database holds nothing that opens a door.
 */
@Injectable()
export class ApiKeys {
  private readonly logger = new Logger(ApiKeys.name);

  constructor(
    private readonly store: Store,
    private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  /** Where the first admin key lies. */
  get firstKeyFile(): string {
    return join(this.settings.RDZEN_DATA, 'admin.key');
  }

  /** Makes the first admin key and its file (0600); a lost or foreign file is replaced and its key revoked. */
  async ensureFirstKey(): Promise<void> {
    const stored = (await readIfThere(this.firstKeyFile))?.trim();
    if (stored && (await this.check(stored))?.scope === 'admin') return;
    const key = await this.replace(FIRST_KEY, 'admin');
    await writeAtomically(this.firstKeyFile, `${key}\n`, 0o600);
    this.logger.log(`The admin key lies in ${this.firstKeyFile}`);
  }

  /** @returns the key itself, which is shown only now. */
  async create(name: string, scope: Scope): Promise<string> {
    return (await this.insert(this.store, name, scope)).key;
  }

  /**
   * What somebody asks for, under a name that nothing else goes by.
   *
   * @param by `api:<key id>`
   * @throws RdzenError KEY_NAME_TAKEN, TOO_MANY_KEYS
   */
  async make(name: string, scope: Scope, by: string): Promise<MadeKey> {
    if (STAYS.has(name))
      throw new RdzenError('KEY_NAME_TAKEN', `The name "${name}" is Rdzen's own. Choose another one.`);
    const made = await this.store.transaction(async (tx) => {
      const names = await tx.all<{ name: string }>('SELECT name FROM api_keys WHERE revoked_at IS NULL');
      if (names.some((each) => each.name === name))
        throw new RdzenError(
          'KEY_NAME_TAKEN',
          `There is a key named "${name}" already. Choose another name, or revoke that key first.`,
        );
      if (names.length >= MOST_IN_FORCE)
        throw new RdzenError(
          'TOO_MANY_KEYS',
          `There are ${names.length} keys, and ${MOST_IN_FORCE} at most. Revoke one that is not used any more.`,
        );
      return this.insert(tx, name, scope);
    });
    this.logger.log(`API key ${made.id} (${name}) of scope ${scope} was made by ${by}`);
    return made;
  }

  /** Those that open something, oldest first; Rdzen's own are among them. */
  async list(): Promise<KeyInForce[]> {
    return this.store.all<KeyInForce>(
      'SELECT id, name, scope, created_at AS createdAt FROM api_keys WHERE revoked_at IS NULL ORDER BY created_at, rowid',
    );
  }

  /** A new key in place of all of that name. */
  async replace(name: string, scope: Scope): Promise<string> {
    await this.store.run(
      'UPDATE api_keys SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL',
      this.clock.now(),
      name,
    );
    return this.create(name, scope);
  }

  /**
   * @param by `api:<key id>`; nobody takes away what they came in with, or a slip of the id would lock them out
   * @throws RdzenError KEY_NOT_FOUND, KEY_NOT_REVOCABLE
   */
  async revoke(id: string, by: string): Promise<void> {
    const row = await this.store.get<{ name: string }>(
      'SELECT name FROM api_keys WHERE id = ? AND revoked_at IS NULL',
      id,
    );
    if (!row) throw unknownKey();
    const refusal = STAYS.get(row.name);
    if (refusal !== undefined) throw new RdzenError('KEY_NOT_REVOCABLE', refusal);
    if (by === `api:${id}`)
      throw new RdzenError(
        'KEY_NOT_REVOCABLE',
        'This is the key that the request itself uses. Revoke it with another key of scope admin.',
      );
    const revoked = await this.store.run(
      'UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL',
      this.clock.now(),
      id,
    );
    if (revoked === 0) throw unknownKey();
    this.logger.log(`API key ${id} (${row.name}) was revoked by ${by}`);
  }

  /** Whose key it is; undefined where it is none, or no longer. */
  async check(key: string): Promise<KeyHolder | undefined> {
    const match = SHAPE.exec(key);
    if (!match) return undefined;
    const [, id = '', secret = ''] = match;
    const row = await this.store.get<{ hash: string; name: string; scope: Scope }>(
      'SELECT hash, name, scope FROM api_keys WHERE id = ? AND revoked_at IS NULL',
      id,
    );
    if (!row) return undefined;
    return timingSafeEqual(Buffer.from(row.hash, 'hex'), digest(secret))
      ? { id, name: row.name, scope: row.scope }
      : undefined;
  }

  private async insert(queries: Queries, name: string, scope: Scope): Promise<MadeKey> {
    const id = this.random.id(8);
    const secret = this.random.id(43);
    const createdAt = this.clock.now();
    await queries.run(
      'INSERT INTO api_keys (id, hash, scope, name, created_at) VALUES (?, ?, ?, ?, ?)',
      ...[id, digest(secret).toString('hex'), scope, name, createdAt],
    );
    return { id, name, scope, createdAt, key: `rdz_${id}.${secret}` };
  }
}

/** Does not repeat the id: a whole key may have been given in its place. */
function unknownKey(): RdzenError {
  return new RdzenError(
    'KEY_NOT_FOUND',
    'There is no key of this id, or it was revoked. GET /api/v1/keys lists those there are; the id of rdz_<id>.<secret> stands before the point.',
  );
}

function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
