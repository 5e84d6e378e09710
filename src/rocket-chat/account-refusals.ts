import { RdzenError } from '../shared/rdzen-error';
import type { ErrorCode } from '../shared/error-codes';
import { ChatError } from './chat-error';

/** What the texts name. */
export interface AccountNames {
  /** User name of the administrator. */
  admin: string;
  /** User name of the assistant. */
  bot: string;
  /** Mail address the account is made with. */
  mail: string;
}

type Rule = readonly [ErrorCode, RegExp, (names: AccountNames) => string];

/**
 * Why Rocket.Chat does not make or change an account. Source of the codes: `saveUser` and `validateEmailDomain`
 * (apps/meteor/app/lib/server), `checkCodeForUser` (apps/meteor/app/2fa/server/code).
 */
const RULES: readonly Rule[] = [
  [
    'CHAT_ADMIN_SECOND_FACTOR',
    /totp-/,
    ({ admin }) =>
      `changing an account asks the administrator ${admin} for a second factor that is not the password. Switch two-factor off for this administrator, name another one by ROCKETCHAT_ADMIN_USER, or make the account by hand (docs/rocket-chat.md).`,
  ],
  [
    'CHAT_ACCOUNT_MAIL_REFUSED',
    /error-invalid-domain|error-email-domain-blacklisted|error-invalid-email|email domain|\S@\S+ is already in use/,
    ({ mail }) =>
      `Rocket.Chat takes no account with the mail address ${mail}: its domain is not allowed there, or somebody has it. Set ROCKETCHAT_EMAIL to an address that is allowed (Administration, Settings, Accounts, Registration: allowed and blocked domains, DNS check).`,
  ],
  [
    'CHAT_ACCOUNT_PASSWORD_REFUSED',
    /password-policy|password does not meet|error-password-/,
    ({ bot }) =>
      `the password of @${bot} does not meet the password policy of the workspace. Set ROCKETCHAT_PASSWORD to one that does (Administration, Settings, Accounts, Password policy).`,
  ],
  [
    'CHAT_ACCOUNT_LIMIT',
    /user.?limit|license_user_limit|max.?(allowed.?)?users|error-.*seats/,
    ({ bot }) =>
      `the workspace has as many users as its plan allows, so @${bot} cannot be added. Deactivate an account that is not needed, or enlarge the plan.`,
  ],
  [
    'CHAT_ACCOUNT_NAME_REFUSED',
    /error-field-unavailable|error-invalid-username|error-blocked-username|is already in use|not a valid (username|field)|error-input-is-not-a-valid-field/,
    ({ bot }) =>
      `Rocket.Chat does not take the user name ${bot}: it is not allowed there, or taken by an account that cannot be seen. Set ROCKETCHAT_USER to another name.`,
  ],
];

/** @returns the refusal as what a person has to do; one that may pass by itself is CHAT_UNAVAILABLE. */
export function accountRefusal(failure: unknown, names: AccountNames): RdzenError {
  if (failure instanceof RdzenError) return failure;
  if (!(failure instanceof ChatError)) throw failure;
  const error = (code: ErrorCode, text: string): RdzenError =>
    new RdzenError(code, `${text} The server says: ${failure.message}`, { cause: failure });
  if (failure.transient || failure.kind === 'unauthorized')
    return new RdzenError('CHAT_UNAVAILABLE', failure.message, { cause: failure });
  const said = `${failure.details.errorType ?? ''} ${failure.message}`.toLowerCase();
  for (const [code, pattern, text] of RULES) if (pattern.test(said)) return error(code, text(names));
  if (failure.kind === 'forbidden')
    return error(
      'CHAT_ADMIN_FORBIDDEN',
      `the administrator ${names.admin} may not make or change accounts. Give the account the role admin (it needs create-user, edit-other-user-info, edit-other-user-password, assign-roles, view-full-other-user-info), or name another one by ROCKETCHAT_ADMIN_USER.`,
    );
  return error(
    'CHAT_ACCOUNT_REFUSED',
    `Rocket.Chat refuses to make or change the account @${names.bot}. Make it by hand (docs/rocket-chat.md), and set ROCKETCHAT_USER and ROCKETCHAT_PASSWORD, or ROCKETCHAT_TOKEN and ROCKETCHAT_USER_ID.`,
  );
}

export function adminCannotLogIn(admin: string, failure: ChatError): RdzenError {
  const factor = /second factor/.test(failure.message);
  const message = factor
    ? `the administrator ${admin} is asked for a second factor at the login. Switch two-factor off for this administrator (or e-mail two-factor for the workspace), name another one by ROCKETCHAT_ADMIN_USER, or make the account by hand (docs/rocket-chat.md).`
    : `the administrator ${admin} cannot log in. Check ROCKETCHAT_ADMIN_USER and ROCKETCHAT_ADMIN_PASSWORD (or its file); where a second factor is asked for, make the account by hand (docs/rocket-chat.md).`;
  return new RdzenError(factor ? 'CHAT_ADMIN_SECOND_FACTOR' : 'CHAT_ADMIN_LOGIN_REFUSED', message, {
    cause: failure,
  });
}

export function notABot(bot: string): RdzenError {
  return new RdzenError(
    'CHAT_ACCOUNT_NOT_A_BOT',
    `there is an account @${bot} without the role bot, so it may be a person's. Give it the role bot (Administration, Users), or set ROCKETCHAT_USER to another name.`,
  );
}

export function deactivated(bot: string): RdzenError {
  return new RdzenError(
    'CHAT_ACCOUNT_DEACTIVATED',
    `@${bot} is deactivated. Activate it (Administration, Users).`,
  );
}

export function asksSecondFactor(bot: string): RdzenError {
  return new RdzenError(
    'CHAT_ACCOUNT_SECOND_FACTOR',
    `@${bot} is asked for a second factor. Switch it off for this account, or set ROCKETCHAT_TOKEN and ROCKETCHAT_USER_ID.`,
  );
}

export function loginStaysRefused(bot: string): RdzenError {
  return new RdzenError(
    'CHAT_ACCOUNT_LOGIN_REFUSED',
    `@${bot} has its password and both roles, and still may not log in. Look whether the workspace logs people in by LDAP or OAuth only, wants the mail address verified (Accounts_EmailVerification), or blocks addresses after failed logins; or set ROCKETCHAT_TOKEN and ROCKETCHAT_USER_ID.`,
  );
}
