import type { Core } from '../core-registry/core.types';
import { RdzenError } from '../shared/rdzen-error';

/** A core that Rdzen runs. */
export type OwnCore = Core & { container: string };

export function isOurs(core: Core): core is OwnCore {
  return core.container !== undefined;
}

/** @throws RdzenError CORE_NOT_OURS */
export function requireOurs(core: Core): OwnCore {
  if (isOurs(core)) return core;
  throw new RdzenError(
    'CORE_NOT_OURS',
    `Core ${core.id} is ${core.kind}: it is not run by Rdzen, which can neither stop nor start nor repair it. See to it where it runs.`,
  );
}
