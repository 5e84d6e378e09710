import type { Catalogue } from './catalogue';

/** Every text that is written to the administrators' room of our own accord; docs/operations.md says what to do. */
export const ALERTS = [
  'noStandby',
  'standbyCold',
  'standbyBack',
  'noCoreAnswers',
  'coresAnswerAgain',
  'coreOutOfMemory',
  'repairFailed',
  'pinned',
  'slowEverywhere',
  'deadLetter',
  'dockerSilent',
  'dockerBack',
  'chatWasSilent',
  'journalDiskWasFull',
  'serviceRestarted',
  'chatServerUntested',
  'workspaceReadOnlySoon',
  'workspaceReadOnly',
  'modelCallsNoTools',
  'componentUnavailable',
  'componentStrained',
  'componentFull',
  'approvalAsked',
  'componentChanged',
] as const satisfies readonly (keyof Catalogue)[];

export type AlertName = (typeof ALERTS)[number];

/** As much of the catalogue as alerts may be made of: another text does not compile. */
export type AlertCatalogue = Pick<Catalogue, AlertName>;
