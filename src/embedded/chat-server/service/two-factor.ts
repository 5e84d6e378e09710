import { Refusal } from '../refusal';
import type { Accounts, Caller } from './accounts';
import type { ChatCore } from './chat-core';

/**
 * The second factor that some calls ask for: a code out of a mail where the address is verified, else the password once
 * more. Who has no password, or a token that bypasses it, is not asked. As in apps/meteor/app/2fa/server/code; the half
 * hour after an account was made, in which the original does not ask, is left out.
 */
export class TwoFactor {
  constructor(
    private readonly core: ChatCore,
    private readonly accounts: Accounts,
  ) {}

  /** @throws Refusal totp-required, totp-invalid */
  async require({ user, bypassesTwoFactor }: Caller, code: string | undefined): Promise<void> {
    if (!this.core.settings.twoFactor || bypassesTwoFactor) return;
    const byEmail = this.accounts.asksByEmail(user);
    if (!byEmail && !(await this.accounts.hasPassword(user))) return;
    const details = {
      method: byEmail ? 'email' : 'password',
      codeGenerated: byEmail,
      availableMethods: byEmail ? ['email'] : [],
    };
    if (code === undefined) throw Refusal.coded('totp-required', 'TOTP Required', details);
    if (byEmail || !(await this.accounts.isPassword(user, { digest: code, algorithm: 'sha-256' })))
      throw Refusal.coded('totp-invalid', 'TOTP Invalid', details);
  }
}
