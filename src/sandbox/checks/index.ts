import { admission } from './00-admission';
import { image } from './01-image';
import { start } from './02-start';
import { protocol } from './03-protocol';
import { tools } from './04-tools';
import { text } from './05-text';
import { calls } from './06-calls';
import { badInput } from './07-bad-input';
import { effects } from './08-effects';
import { resources } from './09-resources';
import { latency } from './10-latency';
import { egress } from './11-egress';
import { concurrency } from './12-concurrency';
import { crash } from './13-crash';
import { output } from './14-output';
import { stability } from './15-stability';
import { modelFit } from './16-model-fit';
import { stop } from './17-stop';
import type { Check } from './check';

/** In the order in which they are asked. */
export const CHECKS: readonly Check[] = [
  admission,
  image,
  start,
  protocol,
  tools,
  text,
  calls,
  badInput,
  effects,
  resources,
  latency,
  egress,
  concurrency,
  crash,
  output,
  stability,
  modelFit,
  stop,
];
