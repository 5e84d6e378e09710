import type { ChatLimits } from './chat-types';
import { recordsOf } from './wire-values';

/** The public settings that {@link parseLimits} reads. */
export const LIMIT_SETTINGS = [
  'Message_MaxAllowedSize',
  'Message_AllowEditing',
  'Message_AllowEditing_BlockEditInMinutes',
  'Threads_enabled',
  'UI_Use_Real_Name',
  // -1: no limit; counted down without a licence, from the last report that reached the vendor (AirGappedRestriction.ts)
  'Cloud_Workspace_AirGapped_Restrictions_Remaining_Days',
] as const;

/** `settings` of `settings.public`; a setting that is missing or of a wrong type counts as the vendor's default. */
export function parseLimits(settings: unknown): ChatLimits {
  const values = new Map(recordsOf(settings).map((setting) => [setting['_id'], setting['value']]));
  const longest = Number(values.get('Message_MaxAllowedSize'));
  const days = values.get('Cloud_Workspace_AirGapped_Restrictions_Remaining_Days');
  const blockedAfter = Number(values.get('Message_AllowEditing_BlockEditInMinutes') ?? 0);
  return {
    maxMessageLength: longest > 0 ? longest : 5000,
    editingAllowed: values.get('Message_AllowEditing') !== false && !(blockedAfter > 0),
    threadsEnabled: values.get('Threads_enabled') !== false,
    useRealName: values.get('UI_Use_Real_Name') === true,
    ...(typeof days === 'number' && days >= 0 && { readOnlyInDays: days }),
  };
}
