/** What a model is told in place of a tool's answer. English: it is the language of tool descriptions. */
export const TO_MODEL = {
  unknownTool: (name: string, nearest: readonly string[]): string =>
    `There is no tool "${name}". ${nearest.length > 0 ? `The nearest are: ${nearest.join(', ')}.` : 'There are none to choose from.'} Call one of these, or answer without.`,
  invalid: (problems: readonly string[]): string =>
    `The arguments do not fit the tool's schema: ${problems.join('; ')}. Mend them and call it again.`,
  repeated: (): string =>
    'You made this very call already, and its answer stands above. Use that answer, call something else, or answer without.',
  overLimit: (): string => 'No more calls are made for this question. Answer with what you have.',
  denied: (expired: boolean): string =>
    expired
      ? 'Nobody allowed this call in time, so it was not made. Tell the person.'
      : 'A person forbade this call, so it was not made. Tell the person, and do not try another way.',
  changed: (): string =>
    'The tool is not the one that was allowed any more, so it was not called. Tell the person.',
  canary: (): string =>
    'This component is on trial in this room: only its reading tools are used. It was not called.',
  unknownOutcome: (): string =>
    'This call was sent, and its answer was lost. What it did is not known, and it is not repeated. Tell the person so.',
  failed: (reason: string): string => `The tool could not be called: ${reason}`,
  noted: (): string =>
    'It is noted. You do not have it now: answer with what you can, and say what is missing.',
  noHandle: (handle: string): string => `There is no cut result under "${handle}".`,
} as const;
