import { RdzenError } from '../shared/rdzen-error';
import type { AdminCaller } from './admin-caller';
import { ChatError } from './chat-error';
import { recordsOf } from './wire-values';

interface WantedSetting {
  id: string;
  value: boolean | number;
  /** What is missing while it is otherwise. */
  otherwise: string;
  /** Where a person sets it. */
  where: string;
}

const WANTED: readonly WantedSetting[] = [
  {
    id: 'Message_AllowEditing',
    value: true,
    otherwise: 'answers appear whole instead of growing',
    where: 'Settings, Message: allow message editing',
  },
  {
    id: 'Message_AllowEditing_BlockEditInMinutes',
    value: 0,
    otherwise: 'answers that take long stop growing',
    where: 'Settings, Message: block message editing after 0 minutes',
  },
  {
    id: 'Threads_enabled',
    value: true,
    otherwise: 'answers to questions in channels do not stand in threads',
    where: 'Settings, Threads: enable threads',
  },
];

export interface Adjusted {
  /** Ids of the settings that were changed. */
  changed: string[];
  /** CHAT_SETTING_NOT_SET for each that is still otherwise. */
  problems: RdzenError[];
}

/**
 * Sets what the assistant needs of the workspace, as its administrator, and nothing else; what is right already is not
 * touched. Facts: `settings.public`, and `POST settings/:_id` {value} (apps/meteor/app/api/server/v1/settings.ts), which needs
 * `edit-privileged-setting` and the password once more, and refuses a setting that is fixed by the server's environment.
 *
 * @throws ChatError where the server cannot be asked
 */
export async function adjustSettings(asAdmin: AdminCaller): Promise<Adjusted> {
  const refusals = new Map<string, string>();
  const wrong = await otherwise(asAdmin);
  for (const { id, value } of wrong) {
    try {
      await asAdmin.call({ method: 'POST', route: `settings/${id}`, body: { value } });
    } catch (error) {
      if (!(error instanceof ChatError) || error.transient || error.kind === 'unauthorized') throw error;
      refusals.set(id, error.message);
    }
  }
  if (wrong.length === 0) return { changed: [], problems: [] };
  // Asked again: the server may have said yes and kept the old value.
  const still = await otherwise(asAdmin);
  return {
    changed: wrong.filter(({ id }) => !still.some((each) => each.id === id)).map(({ id }) => id),
    problems: still.map((setting) => notSet(setting, refusals.get(setting.id))),
  };
}

/** The wanted settings that have another value; one the server does not tell counts as right. */
async function otherwise(asAdmin: AdminCaller): Promise<WantedSetting[]> {
  const query = { _id: WANTED.map(({ id }) => id).join(','), count: WANTED.length };
  const reply = await asAdmin.call({ method: 'GET', route: 'settings.public', query });
  const values = new Map(recordsOf(reply['settings']).map((each) => [each['_id'], each['value']]));
  return WANTED.filter(({ id, value }) => values.has(id) && values.get(id) !== value);
}

function notSet({ id, value, otherwise: missing, where }: WantedSetting, said?: string): RdzenError {
  return new RdzenError(
    'CHAT_SETTING_NOT_SET',
    `the setting ${id} could not be set to ${value}, so ${missing}. Set it by hand (Administration, ${where}); where the server's environment fixes it (OVERWRITE_SETTING_${id}), change it there.${said ? ` The server says: ${said}` : ''}`,
  );
}
