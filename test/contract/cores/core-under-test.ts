type Signal = 'SIGKILL' | 'SIGSTOP' | 'SIGCONT';

/** In what kinds of cores differ rightly. */
export interface CoreTraits {
  /** Whether a continued answer is the whole one to the letter. */
  exact: boolean;
  /** Whether it knows `_debug_render_only`. */
  renders: boolean;
  /** The same weights behind a template that closes a trailing assistant turn, where there is one. */
  closedModel?: string;
  /** Whether the model lives in a process of its own. */
  hasRunner: boolean;
  /** Whether it turns texts into vectors. */
  embeds: boolean;
  /** Whether it can be held to JSON. */
  keepsFormat: boolean;
  /** Whether its model calls tools. */
  callsTools?: boolean;
}

/** One running core and the means to hurt it. */
export interface CoreUnderTest {
  url: string;
  model: string;
  /** To the whole core: server and runner. */
  signal(name: Signal): void;
  /** To the process that holds the model. */
  signalRunner(name: Signal): Promise<void>;
  /** After SIGKILL: the same core again, on the same address. */
  restart(): Promise<void>;
  close(): Promise<void>;
}
