import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

/** Who calls, as history and audit name it: `api:<key id>`. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { holder } = context.switchToHttp().getRequest<{ holder?: { id: string } }>();
  return `api:${holder?.id ?? 'unknown'}`;
});
