import type { Provider, Type } from '@nestjs/common';
import { ApprovalJournal } from '../approvals/approval-journal';
import { ComponentJournal } from '../component-registry/installed/component-journal';
import { ApprovalsController } from './approvals.controller';
import { ComponentBringer } from './component-bringer';
import { ComponentData } from './component-data';
import { ComponentLife } from './component-life';
import { ComponentsController } from './components.controller';
import { EarlierLocks } from './earlier-locks';
import { ImageRetention } from './image-retention';
import { InstallCandidates } from './install-candidates';
import { InstallationCommands } from './installation.commands';
import { InstallationRequests } from './installation-requests';
import { InstallationService } from './installation.service';
import { InstalledHealth } from './installed-health';
import { InstalledUse } from './installed-use';
import { InstalledView } from './installed-view';
import { CoreConduct } from './kinds/core-conduct';
import { KindConducts } from './kinds/kind-conducts';
import { KindFollowUp } from './kinds/kind-follow-up';
import { McpToolConduct } from './kinds/mcp-tool-conduct';
import { ServiceConduct } from './kinds/service-conduct';

export const INSTALLATION_PARTS: Provider[] = [
  ApprovalJournal,
  ComponentJournal,
  InstallCandidates,
  ComponentBringer,
  McpToolConduct,
  ServiceConduct,
  CoreConduct,
  KindConducts,
  KindFollowUp,
  ComponentData,
  ComponentLife,
  EarlierLocks,
  ImageRetention,
  InstallationRequests,
  InstallationService,
  InstalledHealth,
  InstalledUse,
  InstalledView,
  InstallationCommands,
];
export const INSTALLATION_CONTROLLERS: Type[] = [ComponentsController, ApprovalsController];
