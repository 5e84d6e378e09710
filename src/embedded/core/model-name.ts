/** A model's name with its tag, `latest` where it has none. A colon before the last slash (`hf:owner/name`) is none. */
export function withTag(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1).includes(':') ? name : `${name}:latest`;
}

/** Whether two names, in whatever case and with or without `:latest`, mean the same model. */
export function sameModelName(one: string, other: string): boolean {
  return withTag(one).toLowerCase() === withTag(other).toLowerCase();
}
