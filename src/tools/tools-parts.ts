import type { Provider, Type } from '@nestjs/common';
import { ArgumentJudge, WorkerArgumentJudge } from './argument-judge';
import { ComponentCalls } from './component-calls';
import { ComponentConfig } from './component-config';
import { ComponentConfigCommands } from './component-config.commands';
import { ComponentConfigController } from './component-config.controller';
import { ComponentPool } from './component-pool';
import { ComponentRuntime } from './component-runtime';
import { ComponentWarnings } from './component-warnings';
import { PoolTimes } from './pool-times';
import { SealedArguments } from './sealed-arguments';
import { ToolApprovals } from './tool-approvals';
import { ToolCallJournal } from './tool-call-journal';
import { CallPorts, ToolCaller } from './tool-caller';
import { ToolUsage } from './tool-usage';

export const TOOLS_PARTS: Provider[] = [
  ComponentRuntime,
  PoolTimes,
  ComponentConfig,
  SealedArguments,
  ComponentConfigCommands,
  ComponentPool,
  { provide: ComponentCalls, useExisting: ComponentPool },
  ComponentWarnings,
  ToolUsage,
  { provide: ArgumentJudge, useClass: WorkerArgumentJudge },
  ToolCallJournal,
  ToolApprovals,
  CallPorts,
  ToolCaller,
];
export const TOOLS_CONTROLLERS: Type[] = [ComponentConfigController];
