import { newToken, sha256 } from '../identifiers';
import type { ChatRecords } from '../records/chat-records';
import type { UserDocument } from '../records/documents';
import { Refusal } from '../refusal';
import type { ChatCore } from './chat-core';
import { may } from './permissions';

/** A token as its owner sees it later: never whole again. */
export interface AccessTokenView {
  name: string;
  createdAt: string;
  lastTokenPart: string;
  bypassTwoFactor: boolean;
}

/**
 * Personal access tokens: named, without an end, shown once. Refusals as in the original
 * (apps/meteor/imports/personal-access-tokens/server/api/methods).
 */
export class AccessTokens {
  constructor(private readonly core: ChatCore) {}

  generate(user: UserDocument, name: string, bypassTwoFactor: boolean): Promise<string> {
    allow(user, 'personalAccessTokens:generateToken');
    return this.core.change(async (records) => {
      if (await records.users.accessToken(user._id, name)) {
        throw Refusal.coded('error-token-already-exists', 'A token with this name already exists', {
          method: 'personalAccessTokens:generateToken',
        });
      }
      return this.issue(records, user, name, bypassTwoFactor);
    });
  }

  regenerate(user: UserDocument, name: string): Promise<string> {
    allow(user, 'personalAccessTokens:regenerateToken');
    return this.core.change(async (records) => {
      const known = await records.users.accessToken(user._id, name);
      if (!known) throw absent('personalAccessTokens:regenerateToken');
      await records.users.removeAccessToken(user._id, name);
      return this.issue(records, user, name, known.bypass === 1);
    });
  }

  remove(user: UserDocument, name: string): Promise<void> {
    allow(user, 'personalAccessTokens:removeToken');
    return this.core.change(async ({ users }) => {
      if (!(await users.accessToken(user._id, name))) throw absent('personalAccessTokens:removeToken');
      await users.removeAccessToken(user._id, name);
    });
  }

  async list(user: UserDocument): Promise<AccessTokenView[]> {
    allow(user, 'users.getPersonalAccessTokens');
    const rows = await this.core.records.users.accessTokens(user._id);
    return rows.map(({ name, created_at, last_part, bypass }) => ({
      name,
      createdAt: new Date(created_at).toISOString(),
      lastTokenPart: last_part,
      bypassTwoFactor: bypass === 1,
    }));
  }

  private async issue(
    { users }: ChatRecords,
    user: UserDocument,
    name: string,
    bypass: boolean,
  ): Promise<string> {
    const token = newToken();
    await users.addAccessToken(sha256(token), user._id, this.core.now().getTime(), {
      name,
      last_part: token.slice(-6),
      bypass: bypass ? 1 : 0,
    });
    return token;
  }
}

function allow(user: UserDocument, method: string): void {
  if (!may(user, 'create-personal-access-tokens'))
    throw Refusal.forbidden('not-authorized', 'Not Authorized', { method });
}

function absent(method: string): Refusal {
  return Refusal.coded('error-token-does-not-exists', 'Token does not exist', { method });
}
