import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ComponentLock, LockedTool } from '../../src/component-registry/installed/component-lock';
import type { OfferedComponent } from '../../src/component-registry/installed/installed-component';
import { blockOf, type Manifest, PUBLISHER } from '../../src/component-registry/manifest/manifest';
import { SHIPPED_TOOLS } from './shipped-tools';

const SHIPPED = join(__dirname, '..', '..', 'src', 'component-registry', 'shipped');
/** Of components that nobody in the phrasings needs, though some sound alike. */
const THINGS = (
  'invoices customers orders tickets calendar meetings mail contacts weather stocks recipes printers sensors lamps ' +
  'vacations payroll contracts parcels warehouse fleet maps trains flights hotels music podcasts photos videos slides ' +
  'spreadsheets surveys polls translations dictionaries quotes jokes news sports scores tournaments medicines patients ' +
  'appointments courses grades library books loans donations members elections permits taxes budgets expenses receipts ' +
  'servers domains certificates backups logs metrics alerts deployments pipelines branches issues reviews releases ' +
  'tests coverage queues caches databases tables indexes schemas migrations keys roles groups rooms desks badges doors ' +
  'cameras alarms energy water waste plants animals'
).split(/\s+/);
const VERBS = ['list', 'get', 'create', 'update', 'search', 'cancel'];

/** The eight shipped components, their tools with schemas of their kind. */
export function shipped(): OfferedComponent[] {
  return readdirSync(SHIPPED)
    .filter((file) => file.endsWith('.json'))
    .map((file) => (JSON.parse(readFileSync(join(SHIPPED, file), 'utf8')) as { manifest: Manifest }).manifest)
    .map((manifest) => offered(manifest, SHIPPED_TOOLS[manifest.name.split('/').at(-1) ?? ''] ?? []));
}

/** `count` components: those shipped ones that `first` names, the other shipped ones, then made-up ones. */
export function town(count: number, first: readonly string[] = []): OfferedComponent[] {
  const all = shipped();
  const named = all.filter(({ name }) => first.some((one) => name.endsWith(`/${one}`)));
  const others = all.filter((one) => !named.includes(one));
  return [...named, ...others, ...THINGS.map(madeUp)].slice(0, count);
}

function madeUp(thing: string): OfferedComponent {
  const manifest: Manifest = {
    ...{
      name: `com.example/${thing}-mcp`,
      title: thing,
      description: `Works with ${thing}.`,
      version: '1.0.0',
    },
    packages: [{ registryType: 'oci', identifier: `host/${thing}:1`, transport: { type: 'stdio' } }],
    _meta: {
      [PUBLISHER]: {
        rdzen: {
          ...{ schema: '1', kind: 'mcp-tool' },
          intents: { en: [`work with ${thing}`, `find ${thing}`], pl: [`praca z ${thing}`] },
          examples: { en: [`Show me the ${thing} of today.`] },
        },
      },
    },
  };
  return offered(
    manifest,
    VERBS.map((verb) => [
      `${verb}_${thing}`,
      `${verb} ${thing} of the company, by name or date`,
      { query: 'name', limit: 'number' },
    ]),
  );
}

function offered(manifest: Manifest, tools: [string, string, Record<string, string>][]): OfferedComponent {
  const lock: ComponentLock = {
    ...{ id: manifest.name, component: manifest.name, version: manifest.version, manifest, manifestHash: '' },
    ...{ image: '', imageId: '', protocolVersion: '', approvedBy: [], approvedAt: 0, trialId: '' },
    tools: tools.map(([name, description, properties]) => ({
      ...{ name, description, egress: false, descriptionHash: '', schemaHash: '' },
      effect: rightOf(manifest, name),
      inputSchema: {
        type: 'object',
        properties: Object.fromEntries(
          Object.entries(properties).map(([key, about]) => [
            key,
            { type: typeOf(about), description: about },
          ]),
        ),
        required: Object.keys(properties).slice(0, 1),
      },
    })),
  };
  return { name: manifest.name, lock, canary: false };
}

function rightOf(manifest: Manifest, name: string): LockedTool['effect'] {
  return blockOf(manifest).tools?.find((tool) => tool.name === name)?.effect ?? 'read';
}

function typeOf(about: string): string {
  return about.startsWith('array') ? 'array' : ['number', 'boolean'].includes(about) ? about : 'string';
}
