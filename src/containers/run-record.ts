import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { birthMark } from './process-table';

interface Entry {
  group: number;
  /** Of the group's first process; tells it from a later process with the same pid. */
  born: string;
}

/**
 * The process groups of this run, on disk: what a later run ends first where environments cannot be read. Wrong or
 * missing content costs nothing but that second line of defence, so failures to write are not failures to start.
 */
export class RunRecord {
  private readonly entries = new Map<number, Entry>();
  private readonly file: string;
  private tail: Promise<void> = Promise.resolve();

  constructor(runDir: string) {
    this.file = join(runDir, 'groups.json');
  }

  /** Groups of an earlier run whose first process is certainly still the one recorded. */
  async leftovers(): Promise<number[]> {
    const entries = await this.read();
    const living = await Promise.all(
      entries.map(async ({ group, born }) => ((await birthMark(group)) === born ? [group] : [])),
    );
    return living.flat();
  }

  async add(group: number): Promise<void> {
    const born = await birthMark(group);
    if (born === undefined) return;
    this.entries.set(group, { group, born });
    await this.write();
  }

  async remove(group: number): Promise<void> {
    if (this.entries.delete(group)) await this.write();
  }

  async clear(): Promise<void> {
    this.entries.clear();
    await this.write();
  }

  private async read(): Promise<Entry[]> {
    try {
      const content: unknown = JSON.parse(await readFile(this.file, 'utf8'));
      return Array.isArray(content) ? content.filter(isEntry) : [];
    } catch {
      return [];
    }
  }

  private write(): Promise<void> {
    const next = this.tail.then(async () => {
      const draft = `${this.file}.new`;
      await writeFile(draft, JSON.stringify([...this.entries.values()]), { mode: 0o600 });
      await rename(draft, this.file);
    });
    this.tail = next.catch(() => undefined);
    return this.tail;
  }
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false;
  const { group, born } = value as Partial<Entry>;
  return Number.isSafeInteger(group) && typeof born === 'string';
}
