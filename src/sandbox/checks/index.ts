import type { ComponentKind } from '../../component-registry/manifest/manifest';
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
import { CORE_CHECKS } from './core';
import { SERVICE } from './service';

const MCP_TOOL: readonly Check[] = [
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

/** In the order in which they are asked. A check has the same number for all kinds that it is asked of. */
export const CHECKS_BY_KIND: Record<ComponentKind, readonly Check[]> = {
  'mcp-tool': MCP_TOOL,
  service: SERVICE,
  core: CORE_CHECKS,
};
