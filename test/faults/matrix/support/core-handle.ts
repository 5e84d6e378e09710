/** A core as a fault sees it, whoever started it. */
export interface CoreHandle {
  readonly id: number;
  signal(signal: NodeJS.Signals): void;
  /** It ends by itself, with exit code 3. */
  exit(): Promise<void>;
  /** SIGKILL, and it is gone. */
  kill(): Promise<void>;
}
