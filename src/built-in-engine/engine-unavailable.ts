/** The built-in engine cannot be had: `reason` says why, `remedy` what a person can do. Neither holds a secret. */
export class EngineUnavailable extends Error {
  constructor(
    readonly reason: string,
    readonly remedy: string,
    options?: { cause?: unknown },
  ) {
    super(`${reason}. ${remedy}`, options);
    this.name = 'EngineUnavailable';
  }
}

/** The data folder itself is at fault (no room, not writable), so that no other source can help. */
export class DataFolderProblem extends EngineUnavailable {
  override readonly name = 'DataFolderProblem';
}
