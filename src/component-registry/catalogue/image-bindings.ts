import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readIfThere, writeAtomically } from '../../storage/atomic-file';
import type { ImageBinding } from '../manifest/complete-manifest';

const SHAPES: Readonly<Record<keyof ImageBinding, RegExp>> = {
  component: /^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/,
  version: /^\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/,
  repository: /^[a-z0-9.-]+(:\d+)?\/[a-z0-9._/-]+$/,
  digest: /^sha256:[0-9a-f]{64}$/,
  integrity: /^sha512-[A-Za-z0-9+/]{86}==$/,
  packedAt: /^\d{4}-\d\d-\d\dT[\d:.]+Z$/,
  packedBy: /^[\w:@.-]{1,100}$/,
};

/**
 * Which images were packed on this machine, a file for each component and version, so that the command that packs and the
 * process that runs need not know of each other. The last packing counts.
 */
export class ImageBindings {
  /** @param folder `catalogue/images` in the data folder */
  constructor(private readonly folder: string) {}

  /** @throws TypeError for what is no binding */
  async record(binding: ImageBinding): Promise<void> {
    const wrong = wrongField(binding);
    if (wrong !== undefined) throw new TypeError(`The ${wrong} of a binding is wrong.`);
    await writeAtomically(
      this.path(binding.component, binding.version),
      `${JSON.stringify(binding, null, 2)}\n`,
      0o600,
    );
  }

  /** @returns undefined where none was packed, or its file holds something else */
  async of(component: string, version: string): Promise<ImageBinding | undefined> {
    const text = await readIfThere(this.path(component, version));
    if (text === undefined) return undefined;
    try {
      const binding = JSON.parse(text) as ImageBinding;
      const meant = binding.component === component && binding.version === version;
      return meant && wrongField(binding) === undefined ? binding : undefined;
    } catch {
      return undefined;
    }
  }

  /** Names may differ in case only, which not every file system tells apart. */
  private path(component: string, version: string): string {
    const tail = createHash('sha256').update(`${component}@${version}`).digest('hex').slice(0, 12);
    const last = component.split('/').at(-1)?.slice(0, 60);
    return join(this.folder, `${last}-${tail}.json`);
  }
}

function wrongField(binding: ImageBinding): string | undefined {
  return (Object.keys(SHAPES) as (keyof ImageBinding)[]).find((field) => {
    const value: unknown = binding[field];
    return typeof value !== 'string' || value.length > 300 || !SHAPES[field].test(value);
  });
}
