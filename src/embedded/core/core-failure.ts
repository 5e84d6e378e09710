/** A refusal with the status and the text that Ollama gives in the same case. */
export class CoreFailure extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'CoreFailure';
  }
}
