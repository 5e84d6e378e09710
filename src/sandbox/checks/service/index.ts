import { admission } from '../00-admission';
import { image } from '../01-image';
import { resources } from '../09-resources';
import type { Check } from '../check';
import { serviceStart } from './02-start';
import { serviceLatency } from './10-latency';
import { serviceEgress } from './11-egress';
import { serviceCrash } from './13-crash';
import { serviceOutput } from './14-output';
import { serviceStop } from './17-stop';

/** Nobody speaks MCP with a service: what is asked of tools and their texts is not asked of it. */
export const SERVICE: readonly Check[] = [
  admission,
  image,
  serviceStart,
  resources,
  serviceLatency,
  serviceEgress,
  serviceCrash,
  serviceOutput,
  serviceStop,
];
