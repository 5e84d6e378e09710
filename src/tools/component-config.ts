import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { CatalogueService } from '../component-registry/catalogue/catalogue.service';
import type { ComponentLock } from '../component-registry/installed/component-lock';
import { InstalledComponents } from '../component-registry/installed/installed-components';
import type { EnvironmentVariable, Manifest } from '../component-registry/manifest/manifest';
import { PostIdKey } from '../journal/post-id';
import { Clock } from '../shared/clock';
import { Random } from '../shared/random';
import { RdzenError } from '../shared/rdzen-error';
import { type Queries, Store } from '../storage/store';
import { Redaction } from './redaction';
import { SecretBox } from './secret-box';

const MOST_CHARACTERS = 8_192;

/** One thing that a component can be told, and whether it was. Never the value. */
export interface ConfigEntry {
  name: string;
  description?: string;
  required: boolean;
  secret: boolean;
  format: 'string' | 'number' | 'boolean' | 'filepath';
  default?: string;
  set: boolean;
  setBy?: string;
  setByName?: string;
  /** Epoch milliseconds. */
  setAt?: number;
}

/** What a component is started with. */
export interface ComponentEnvironment {
  env: Record<string, string>;
  redaction: Redaction;
  /** Grows with each change, so that what runs with older values can be told. */
  revision: number;
}

/** Settings and secrets of components, as their manifests ask for them; sealed on disk, and given to the component alone. */
@Injectable()
export class ComponentConfig {
  private readonly box: SecretBox;
  private readonly volumeKey: Buffer;
  private readonly revisions = new Map<string, number>();

  constructor(
    private readonly store: Store,
    private readonly installed: InstalledComponents,
    private readonly catalogue: CatalogueService,
    private readonly clock: Clock,
    random: Random,
    key: PostIdKey,
  ) {
    this.box = new SecretBox(key.keyFor('component config'), random);
    this.volumeKey = key.keyFor('component volumes');
  }

  /** @throws RdzenError COMPONENT_NOT_FOUND */
  async list(component: string): Promise<{ component: string; entries: ConfigEntry[] }> {
    const manifest = await this.manifestOf(component);
    const rows = await this.store.all<{
      name: string;
      set_by: string;
      set_by_name: string | null;
      set_at: number;
    }>('SELECT name, set_by, set_by_name, set_at FROM component_config WHERE component = ?', manifest.name);
    const entries = variablesOf(manifest).map((one) => {
      const row = rows.find(({ name }) => name === one.name);
      return {
        name: one.name,
        ...(one.description === undefined ? {} : { description: one.description }),
        required: one.isRequired === true,
        secret: one.isSecret === true,
        format: one.format ?? 'string',
        ...(one.default === undefined || one.isSecret ? {} : { default: one.default }),
        set: row !== undefined,
        ...(row ? { setBy: row.set_by, setAt: row.set_at } : {}),
        ...(row?.set_by_name == null ? {} : { setByName: row.set_by_name }),
      };
    });
    return { component: manifest.name, entries };
  }

  /**
   * All of them or none. An empty text takes a value away again.
   *
   * @param byName what they go by, where that is known
   * @throws RdzenError COMPONENT_NOT_FOUND, COMPONENT_SETTING_UNKNOWN, COMPONENT_SETTING_INVALID
   */
  async set(component: string, values: Record<string, string>, by: string, byName?: string): Promise<string> {
    const manifest = await this.manifestOf(component);
    for (const [name, value] of Object.entries(values)) check(manifest, name, value);
    await this.store.transaction(async (tx) => {
      for (const [name, value] of Object.entries(values))
        if (value === '')
          await tx.run('DELETE FROM component_config WHERE component = ? AND name = ?', manifest.name, name);
        else
          await tx.run(
            `INSERT INTO component_config (component, name, sealed, set_by, set_by_name, set_at) VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT (component, name) DO UPDATE SET sealed = excluded.sealed, set_by = excluded.set_by,
               set_by_name = excluded.set_by_name, set_at = excluded.set_at`,
            ...[
              manifest.name,
              name,
              this.box.seal(value, purpose(manifest.name, name)),
              by,
              byName ?? null,
              this.clock.now(),
            ],
          );
    });
    this.outdate(manifest.name);
    return manifest.name;
  }

  /**
   * Wiped with the component. What runs with the values is told by {@link outdate} once that is written.
   *
   * @param tx the one in which the component is removed: nothing of it is left for whoever installs it again
   */
  async forget(component: string, tx: Queries): Promise<void> {
    await tx.run('DELETE FROM component_config WHERE component = ?', component);
  }

  /** What runs with its values by now is not to be used any more. */
  outdate(component: string): void {
    this.revisions.set(component, this.revision(component) + 1);
  }

  revision(component: string): number {
    return this.revisions.get(component) ?? 0;
  }

  /**
   * @param component its whole name
   * @throws RdzenError COMPONENT_NOT_CONFIGURED, naming what it lacks
   */
  async environment(component: string, manifest: Manifest): Promise<ComponentEnvironment> {
    const revision = this.revision(component);
    const rows = await this.store.all<{ name: string; sealed: string }>(
      'SELECT name, sealed FROM component_config WHERE component = ?',
      component,
    );
    const env: Record<string, string> = {};
    const secrets: string[] = [];
    const lacking: string[] = [];
    for (const { name, isRequired, isSecret, default: fallback } of variablesOf(manifest)) {
      const row = rows.find((one) => one.name === name);
      const value = (row && this.box.open(row.sealed, purpose(component, name))) ?? fallback;
      if (value === undefined && isRequired) lacking.push(name);
      if (value === undefined) continue;
      env[name] = value;
      if (isSecret) secrets.push(value);
    }
    if (lacking.length > 0)
      throw new RdzenError(
        'COMPONENT_NOT_CONFIGURED',
        `Component ${component} is not started: it needs ${lacking.join(', ')}. Set it in a direct message with !config, or with PUT /api/v1/components/{name}/config.`,
      );
    return { env, redaction: new Redaction(secrets), revision };
  }

  /**
   * Name of a volume in which it keeps its data: of this installation alone, and the same after every restart.
   *
   * @param lockId whose volume; absent: the one it began with
   */
  volumeOf(component: string, lockId?: string): string {
    const word = (component.split('/').pop() ?? '')
      .replace(/[^a-z0-9-]/gi, '-')
      .slice(0, 40)
      .toLowerCase();
    const sum = (text: string): string =>
      createHmac('sha256', this.volumeKey).update(text).digest('hex').slice(0, 12);
    const first = `rdzen-state-${word}-${sum(component)}`;
    return lockId === undefined ? first : `${first}-${sum(`${component}\n${lockId}`)}`;
  }

  /** Where what runs under a lock has its data: a canary of an upgrade in a copy of its own. */
  volumeUnder({ component, id }: Pick<ComponentLock, 'component' | 'id'>): string {
    const known = this.installed.get(component);
    return this.volumeOf(component, known?.next?.lock.id === id ? id : known?.volume);
  }

  /** Of what is in force, of its canary, and of the way back. */
  volumesInUse(component: string): string[] {
    const { volume, backup, next } = this.installed.get(component) ?? {};
    return [
      this.volumeOf(component, volume),
      ...(next ? [this.volumeOf(component, next.lock.id)] : []),
      ...(backup ? [this.volumeOf(component, backup.volume)] : []),
    ];
  }

  private async manifestOf(name: string): Promise<Manifest> {
    const installed = this.installed
      .all()
      .filter((one) => one.name === name || one.name.endsWith(`/${name}`));
    const [only] = installed;
    if (only && installed.length === 1) return only.lock.manifest;
    await this.catalogue.opened();
    return this.catalogue.get(name).manifest;
  }
}

function variablesOf(manifest: Manifest): EnvironmentVariable[] {
  return manifest.packages[0].environmentVariables ?? [];
}

function purpose(component: string, name: string): string {
  return `${component}\n${name}`;
}

function check(manifest: Manifest, name: string, value: string): void {
  const known = variablesOf(manifest);
  const found = known.find((one) => one.name === name);
  if (!found)
    throw new RdzenError(
      'COMPONENT_SETTING_UNKNOWN',
      `Component ${manifest.name} has no setting "${name.slice(0, 64)}". ${known.length === 0 ? 'It has none at all.' : `It has: ${known.map((one) => one.name).join(', ')}.`}`,
    );
  if (value === '') return;
  const wrong =
    value.length > MOST_CHARACTERS
      ? `has more than ${MOST_CHARACTERS} characters`
      : value.includes('\0')
        ? 'holds a zero byte'
        : found.format === 'number' && !Number.isFinite(Number(value))
          ? 'must be a number'
          : found.format === 'boolean' && !['true', 'false'].includes(value)
            ? 'must be true or false'
            : undefined;
  if (wrong)
    throw new RdzenError(
      'COMPONENT_SETTING_INVALID',
      `The value of ${name} of ${manifest.name} ${wrong}. Nothing was set.`,
    );
}
