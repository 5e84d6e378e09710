/** What the administrators are told of incidents. Durations come as `1h30m`, texts of others in English. */
export interface AlertTexts {
  /** `others`: the cores that do not stand by, and why. */
  noStandby(values: { others: readonly { core: number; state: string; reason: string }[] }): string;
  /** The only stand-in has no model in memory. */
  standbyCold(values: { core: number }): string;
  standbyBack(values: { core: number; after: string }): string;
  noCoreAnswers(values: { cores: readonly { core: number; state: string; reason: string }[] }): string;
  coresAnswerAgain(values: { core: number; after: string }): string;
  coreOutOfMemory(values: { core: number }): string;
  dockerSilent(values: { problem: string }): string;
  dockerBack(values: { after: string }): string;
  /** Afterwards: while it lasts nothing can be told in the chat. */
  chatWasSilent(values: { duration: string }): string;
  /** Afterwards, or as soon as a notice can be written again. */
  journalDiskWasFull(values: { duration: string }): string;
}
