/**
 * Variables put into the environment of everything the engine starts. They are inherited, so a runner that left its
 * parent's process group can still be told from a stranger's. The underscore keeps the last two apart from settings.
 */
export const OWNER = 'RDZEN_OWNER';
const OWNER_RUN = '_RDZEN_OWNER_RUN';
const OWNER_NAME = '_RDZEN_OWNER_NAME';

/** Who owns a process: this run of the gateway (`token`), its run folder, the container's name. */
export class OwnerMarks {
  constructor(
    readonly token: string,
    private readonly runDir: string,
  ) {}

  environmentOf(name: string): Record<string, string> {
    return { [OWNER]: this.token, [OWNER_RUN]: this.runDir, [OWNER_NAME]: name };
  }

  /** What everything of this run carries. */
  ofThisRun(): string[] {
    return [`${OWNER}=${this.token}`];
  }

  /** What one container of this run and all that it started carry. */
  ofContainer(name: string): string[] {
    return [`${OWNER}=${this.token}`, `${OWNER_NAME}=${name}`];
  }

  /** What any run on this run folder carries. */
  ofThisFolder(): string[] {
    return [`${OWNER_RUN}=${this.runDir}`];
  }
}
