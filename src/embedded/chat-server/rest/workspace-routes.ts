import { Refusal } from '../refusal';
import type { ChatCore } from '../service/chat-core';
import { may } from '../service/permissions';
import { get, number, optionalText, post, type RestRoute } from './rest-route';
import { Shape } from './shape';

const PUBLIC_ROLES = new Set(['admin', 'moderator', 'owner', 'leader']);

/** Settings that an administrator may change here; the others are fixed, as by the original's environment. */
const CHANGEABLE = [
  'Message_AllowEditing',
  'Message_AllowEditing_BlockEditInMinutes',
  'Threads_enabled',
] as const;

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

    ...CHANGEABLE.map((id) => changing(core, id)),

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

function changing({ settings }: ChatCore, id: (typeof CHANGEABLE)[number]): RestRoute {
  const route = post(`settings/${id}`, undefined, async (user, values) => {
    if (!may(user, 'edit-privileged-setting'))
      throw Refusal.forbidden('error-action-not-allowed', 'Editing settings is not allowed');
    const value = values['value'];
    if (id === 'Message_AllowEditing' && typeof value === 'boolean') settings.allowEditing = value;
    else if (id === 'Threads_enabled' && typeof value === 'boolean') settings.threadsEnabled = value;
    else if (id === 'Message_AllowEditing_BlockEditInMinutes' && typeof value === 'number')
      settings.blockEditInMinutes = value;
    else throw Refusal.coded('invalid-params', 'must be a value of the kind of the setting');
    return Promise.resolve();
  });
  return { ...route, secondFactor: true };
}
