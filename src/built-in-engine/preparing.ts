/** What is under way, for the terminal, the page and /status. */
export interface Preparing {
  step: 'engine' | 'model' | 'checking';
  /** One line for people. */
  detail: string;
  receivedBytes?: number;
  totalBytes?: number;
  /** Over the last five seconds. */
  bytesPerSecond?: number;
  secondsLeft?: number;
}

export type Report = (preparing: Preparing) => void;

/** Where engine and model are, or will be once {@link BuiltInEngine.provide} is through. */
export interface EnginePlan {
  /** Exists, with a package.json in it, exactly when it is complete. */
  engineDir: string;
  /** Exists exactly when it is complete. */
  modelFile: string;
  /** As clients say it. */
  modelName: string;
  /** Of `modelFile`; unknown while a model named by people has not been looked up. */
  sha256?: string;
  /** Of all its parts; known where the model is here. */
  sizeBytes?: number;
  /** It is a file of people's own (RDZEN_MODEL_FILE), which nothing fetches again. */
  ownModel: boolean;
  engineReady: boolean;
  modelReady: boolean;
  /** What happened that a person should know: a damaged file set aside, a source that failed before another worked. */
  remarks: readonly string[];
}
