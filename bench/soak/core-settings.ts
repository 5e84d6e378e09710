/** A file in the folder for temporary files, the only thing of ours that reaches a core's environment. */
export const CORE_SETTINGS = 'core.json';

export interface CoreSettings {
  tokensPerSecond: number;
}
