import type { ComponentLock, LockedTool } from '../../../src/component-registry/installed/component-lock';
import type { InstalledComponent } from '../../../src/component-registry/installed/installed-component';
import {
  PUBLISHER,
  type ComponentBlock,
  type Manifest,
} from '../../../src/component-registry/manifest/manifest';
import { descriptionHash, schemaHash } from '../../../src/mcp/tool-hash';

/** A tool as a lock has it; without a schema it takes anything. */
export function aTool(name: string, more: Partial<LockedTool> = {}): LockedTool {
  const { description = `The tool ${name}.`, inputSchema = { type: 'object' } } = more;
  return {
    ...{ name, description, inputSchema, effect: 'read', egress: false },
    ...{ descriptionHash: descriptionHash(description), schemaHash: schemaHash(inputSchema) },
    ...more,
  };
}

/** @param name its last part; the rest is made up */
export function aLock(
  name: string,
  tools: LockedTool[],
  block: Partial<ComponentBlock> = {},
  title = name,
): ComponentLock {
  const component = `io.github.someone/${name}`;
  const manifest: Manifest = {
    name: component,
    title,
    description: `The component ${name}.`,
    version: '1.0.0',
    packages: [{ registryType: 'oci', identifier: `host/${name}:1.0.0`, transport: { type: 'stdio' } }],
    _meta: { [PUBLISHER]: { rdzen: { schema: '1', kind: 'mcp-tool', ...block } } },
  };
  return {
    ...{ id: `${name}-1`, component, version: '1.0.0', manifest, manifestHash: 'm', image: 'i@sha256:1' },
    ...{
      imageId: `sha256:${name}`,
      tools,
      protocolVersion: '2025-11-25',
      approvedBy: ['ann'],
      approvedAt: 0,
      trialId: 't',
    },
  };
}

export function installed(lock: ComponentLock, more: Partial<InstalledComponent> = {}): InstalledComponent {
  return { name: lock.component, state: 'active', lock, canaryRooms: [], reason: '', since: 0, ...more };
}

/** Tells the time, keeps notes and sends mail: one tool of each effect. */
export const TIME = aLock(
  'time-mcp',
  [
    aTool('current_time', {
      description: 'Get the current date and time.',
      inputSchema: {
        type: 'object',
        properties: { timezone: { type: 'string', description: 'IANA name.' } },
        required: ['timezone'],
      },
    }),
  ],
  { examples: { en: ['What time is it in Tokyo?'], pl: ['Która godzina jest w Tokio?'] } },
  'Time',
);
export const NOTES = aLock(
  'notes',
  [
    aTool('add_note', { description: 'Adds a note.', effect: 'write' }),
    aTool('wipe_notes', { description: 'Deletes all notes.', effect: 'destructive' }),
    aTool('read_notes', { description: 'Reads the notes.' }),
  ],
  { examples: { en: ['Note this down.', 'Wipe all notes.'] } },
  'Notes',
);
