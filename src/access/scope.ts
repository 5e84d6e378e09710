import { SetMetadata } from '@nestjs/common';

/** What a key may do; each includes the ones before it. */
export const SCOPES = ['read', 'operate', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** `open`: no key; `local`: no key from this machine, a key from elsewhere. */
export type Access = Scope | 'open' | 'local';

export const ACCESS_METADATA = 'rdzen:access';

/** What a route asks for. A route without it is refused to everybody. */
export const RequireAccess = (access: Access): MethodDecorator & ClassDecorator =>
  SetMetadata(ACCESS_METADATA, access);

export function includes(held: Scope, needed: Scope): boolean {
  return SCOPES.indexOf(held) >= SCOPES.indexOf(needed);
}
