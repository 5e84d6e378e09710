import { createHash, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { Injectable, Logger } from '@nestjs/common';
import type { Scope } from '../access/scope';
import { Settings } from '../config/settings';
import { Clock } from '../shared/clock';
import { Random } from '../shared/random';
import { readIfThere, writeAtomically } from '../storage/atomic-file';
import { Store } from '../storage/store';

const FIRST_KEY = 'first admin key';
const SHAPE = /^rdz_([A-Za-z0-9]{8})\.([A-Za-z0-9]{43})$/;

export interface KeyHolder {
  id: string;
  /** As whoever made it called it. */
  name: string;
  scope: Scope;
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
    const id = this.random.id(8);
    const secret = this.random.id(43);
    await this.store.run(
      'INSERT INTO api_keys (id, hash, scope, name, created_at) VALUES (?, ?, ?, ?, ?)',
      ...[id, digest(secret).toString('hex'), scope, name, this.clock.now()],
    );
    return `rdz_${id}.${secret}`;
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

  async revoke(id: string): Promise<void> {
    await this.store.run(
      'UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL',
      this.clock.now(),
      id,
    );
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
}

function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
