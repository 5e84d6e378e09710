/** A request that is not let through; `message` goes to the client in Docker's own shape, and names rule and remedy. */
export class Refusal extends Error {
  /** @param rule the id it has in the policy, for the log and the documents */
  constructor(
    readonly status: 400 | 403 | 404 | 413,
    readonly rule: string,
    message: string,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

export function forbidden(rule: string, what: string, remedy: string): Refusal {
  return new Refusal(403, rule, `docker-guard: ${what} is not allowed (rule ${rule}). ${remedy}`);
}

export function malformed(rule: string, what: string): Refusal {
  return new Refusal(400, rule, `docker-guard: ${what} (rule ${rule}). Send what Docker's API describes.`);
}

/** The words of Docker itself: what is not ours is as good as absent. */
export function invisible(kind: 'container' | 'network' | 'volume' | 'image', reference: string): Refusal {
  const words = {
    container: `No such container: ${reference}`,
    network: `network ${reference} not found`,
    volume: `get ${reference}: no such volume`,
    image: `No such image: ${reference}`,
  };
  return new Refusal(404, `${kind}.visible`, words[kind]);
}
