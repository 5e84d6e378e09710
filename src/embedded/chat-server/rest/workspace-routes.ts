import type { ChatCore } from '../service/chat-core';
import { get, number, optionalText, type RestRoute } from './rest-route';
import { Shape } from './shape';

const PUBLIC_ROLES = new Set(['admin', 'moderator', 'owner', 'leader']);

export function workspaceRoutes(core: ChatCore, siteName: string): RestRoute[] {
  const settings = (): [string, unknown][] => [
    ['Site_Name', siteName],
    ['Message_MaxAllowedSize', core.settings.maxMessageLength],
    ['UI_Use_Real_Name', core.settings.useRealName],
    ['Threads_enabled', core.settings.threadsEnabled],
    ['Message_AllowEditing', core.settings.allowEditing],
    ['Message_AllowEditing_BlockEditInMinutes', core.settings.blockEditInMinutes],
    ['E2E_Enable', false],
    ['Cloud_Workspace_AirGapped_Restrictions_Remaining_Days', core.settings.readOnlyInDays],
    ['E2E_Allow_Unencrypted_Messages', true],
  ];
  return [
    {
      method: 'GET',
      path: 'settings.public',
      shape: new Shape({ _id: 'text', query: 'text', count: 'number', offset: 'number', sort: 'text' }),
      handle: async ({ values }) => {
        const wanted = optionalText(values, '_id')?.split(',');
        const all = settings().filter(([id]) => !wanted || wanted.includes(id));
        const offset = number(values, 'offset', 0);
        const page = all.slice(offset, offset + (number(values, 'count', 50) || all.length));
        return {
          settings: page.map(([_id, value]) => ({ _id, value })),
          count: page.length,
          offset,
          total: all.length,
        };
      },
    },

    get('roles.getUsersInPublicRoles', undefined, async () => {
      const users = await core.records.users.all();
      const holders = users.map(({ _id, username, roles }) => ({
        _id,
        username,
        roles: roles.filter((role) => PUBLIC_ROLES.has(role)),
      }));
      return { users: holders.filter(({ roles }) => roles.length > 0) };
    }),
  ];
}
