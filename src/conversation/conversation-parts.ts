import type { Provider } from '@nestjs/common';
import { ContextBuilder } from './context-builder';
import { NoToolsTeller } from './no-tools-teller.service';
import { RoundRunner } from './round-runner';
import { ToolApprovalCommands } from './tool-approvals.commands';
import { LoopPorts, ToolLoop } from './tool-loop';
import { ToolOffers } from './tool-offers';
import { TurnService } from './turn.service';

export const CONVERSATION_PARTS: Provider[] = [
  ContextBuilder,
  ToolOffers,
  RoundRunner,
  LoopPorts,
  ToolLoop,
  NoToolsTeller,
  ToolApprovalCommands,
  TurnService,
];
