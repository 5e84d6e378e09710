/** What the engine answers in place of what was asked: `{"message": ...}` with its status. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export const noSuchContainer = (which: string): Refusal => new Refusal(404, `No such container: ${which}`);
export const noSuchImage = (reference: string): Refusal => new Refusal(404, `No such image: ${reference}`);
