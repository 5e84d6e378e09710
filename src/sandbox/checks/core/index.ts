import { admission } from '../00-admission';
import { image } from '../01-image';
import type { Check } from '../check';
import { coreEgress } from './egress';
import { coreGeneration } from './generation';
import { coreProtocol } from './protocol';
import { coreResources } from './resources';
import { coreStart } from './start';
import { coreStop } from './stop';

/** What a core is asked: generation before what is measured of it. */
export const CORE_CHECKS: readonly Check[] = [
  admission,
  image,
  coreStart,
  coreProtocol,
  coreGeneration,
  coreResources,
  coreEgress,
  coreStop,
];
