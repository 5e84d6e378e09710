import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension } from '@nestjs/swagger';
import { ApiErrors } from './api-errors';

/** What a key may do; each includes the ones before it. */
export const SCOPES = ['read', 'operate', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** `open`: no key; `local`: no key from this machine, a key from elsewhere. */
export type Access = Scope | 'open' | 'local';

export const ACCESS_METADATA = 'rdzen:access';
/** Where the OpenAPI document tells what a route asks for. */
export const ACCESS_EXTENSION = 'x-rdzen-access';

/** What a route asks for. A route without it is refused to everybody. */
export const RequireAccess = (access: Access): MethodDecorator & ClassDecorator =>
  applyDecorators(
    SetMetadata(ACCESS_METADATA, access),
    ApiExtension(ACCESS_EXTENSION, access),
    ApiErrors('INTERNAL'),
    ...(access === 'open'
      ? []
      : [ApiBearerAuth(), ApiErrors('UNAUTHENTICATED', 'FORBIDDEN', 'RATE_LIMITED')]),
  );

export function includes(held: Scope, needed: Scope): boolean {
  return SCOPES.indexOf(held) >= SCOPES.indexOf(needed);
}
