/**
 * A catalogue in a repository of an image registry: an artifact (OCI image manifest, `artifactType`
 * `application/vnd.rdzen.catalogue.v1+json`) with one layer for each entry (`application/vnd.rdzen.catalogue.entry.v1+json`).
 * The adapter checks every layer against its digest; whether an entry is believed is decided by its signature.
 */
export abstract class RepositoryCatalogue {
  /**
   * @param location `host/repository:tag`
   * @param known digest of what we have; then nothing is sent where the tag still points there
   * @returns undefined where it is the same as before
   * @throws Error with a message for people; the signal's reason once it aborts
   */
  abstract pull(
    location: string,
    known: string | undefined,
    limits: { entries: number; entryBytes: number },
    signal: AbortSignal,
  ): Promise<{ digest: string; entries: string[] } | undefined>;

  /** Lets go of its connections. */
  abstract close(): Promise<void>;
}
