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
import { InstalledUse } from './installed-use';
import { InstalledView } from './installed-view';

export const INSTALLATION_PARTS: Provider[] = [
  ApprovalJournal,
  ComponentJournal,
  InstallCandidates,
  ComponentBringer,
  ComponentData,
  ComponentLife,
  EarlierLocks,
  ImageRetention,
  InstallationRequests,
  InstallationService,
  InstalledUse,
  InstalledView,
  InstallationCommands,
];
export const INSTALLATION_CONTROLLERS: Type[] = [ComponentsController, ApprovalsController];
