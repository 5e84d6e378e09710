import { FAILOVER_MUTANTS } from './failover';
import { GENERATION_MUTANTS } from './generation';
import { INTAKE_MUTANTS } from './intake';
import { LANES_MUTANTS } from './lanes';
import { MEMBERSHIP_MUTANTS } from './membership';
import type { Mutant } from './mutant';
import { OUTBOX_MUTANTS } from './outbox';
import { REPAIR_MUTANTS } from './repair';

/** Every planted bug. */
export const MUTANTS: readonly Mutant[] = [
  ...INTAKE_MUTANTS.map((mutant) => ({ ...mutant, folder: 'intake' as const })),
  ...LANES_MUTANTS.map((mutant) => ({ ...mutant, folder: 'lanes' as const })),
  ...GENERATION_MUTANTS.map((mutant) => ({ ...mutant, folder: 'generation' as const })),
  ...OUTBOX_MUTANTS.map((mutant) => ({ ...mutant, folder: 'outbox' as const })),
  ...REPAIR_MUTANTS.map((mutant) => ({ ...mutant, folder: 'repair' as const })),
  ...FAILOVER_MUTANTS.map((mutant) => ({ ...mutant, folder: 'failover' as const })),
  ...MEMBERSHIP_MUTANTS.map((mutant) => ({ ...mutant, folder: 'membership' as const })),
];
