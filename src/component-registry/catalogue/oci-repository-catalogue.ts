import type { Descriptor } from '../../oci/image-documents';
import { parseReference } from '../../oci/image-reference';
import type { RegistryClient } from '../../oci/registry-client';
import { catalogueLayers } from './catalogue-artifact';
import { RepositoryCatalogue } from './repository-catalogue';
import { SourceUnavailable } from './source-content';

const AT_ONCE = 8;
const MOST_BYTES = 32 * 1024 * 1024;

/** Catalogues in image registries, by the OCI distribution API. */
export class OciRepositoryCatalogue extends RepositoryCatalogue {
  constructor(private readonly registries: Pick<RegistryClient, 'read' | 'close'>) {
    super();
  }

  async pull(
    location: string,
    known: string | undefined,
    limits: { entries: number; entryBytes: number },
    signal: AbortSignal,
  ): Promise<{ digest: string; entries: string[] } | undefined> {
    const reference = parseReference(location);
    const { read } = this.registries;
    const { digest } = await read.resolve(reference, { signal });
    if (digest === known) return undefined;
    // By the digest from here on: a tag that is moved meanwhile mixes nothing.
    const { document } = await read.manifest({ ...reference, digest }, { signal });
    const layers = catalogueLayers(document);
    if (!layers)
      throw new SourceUnavailable(
        `${location} is no catalogue. Fill it with: npm run rdzen -- catalogue push FOLDER ${location}`,
      );
    demandBounds(layers, location, limits);
    const entries: string[] = [];
    const queue = [...layers.entries()];
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const [index, layer] = next;
        entries[index] = (await read.blob(reference, layer, limits.entryBytes, { signal })).toString('utf8');
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return { digest, entries };
  }

  async close(): Promise<void> {
    await this.registries.close();
  }
}

/** Before anything of them is read. */
function demandBounds(
  layers: readonly Descriptor[],
  location: string,
  limits: { entries: number; entryBytes: number },
): void {
  if (layers.length > limits.entries)
    throw new SourceUnavailable(`${location} has more than ${limits.entries} entries.`);
  const large = layers.findIndex(({ size }) => size > limits.entryBytes);
  if (large >= 0)
    throw new SourceUnavailable(
      `Entry ${large + 1} of ${location} has more than ${limits.entryBytes / 1024} KiB.`,
    );
  if (layers.reduce((sum, { size }) => sum + size, 0) > MOST_BYTES)
    throw new SourceUnavailable(`${location} has more than ${MOST_BYTES / 1024 / 1024} MiB in all.`);
}
