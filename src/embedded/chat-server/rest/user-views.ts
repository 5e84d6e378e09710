import type { UserDocument } from '../records/documents';

/** What everybody may know of a user; roles and addresses are for the privileged. */
export function publicView(user: UserDocument): Record<string, unknown> {
  const { _id, username, name, status, statusText, active, type, utcOffset } = user;
  return { _id, username, name, status, statusText, active, type, utcOffset };
}

/** A user as told to themselves: the body of `me`. */
export function ownView(user: UserDocument): Record<string, unknown> {
  const { type: _type, customFields, emails, lastLogin, ...rest } = user;
  return {
    ...rest,
    ...(customFields && { customFields }),
    ...(lastLogin && { lastLogin }),
    ...(emails && { emails }),
    ...(emails?.[0] && { email: emails[0].address }),
    avatarUrl: `/avatar/${user.username}`,
    isOAuthUser: false,
    settings: { profile: {}, preferences: {}, calendar: {} },
    services: { password: { exists: true } },
  };
}
