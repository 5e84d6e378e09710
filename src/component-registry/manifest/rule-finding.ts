import type { ComponentBlock, Manifest } from './manifest';

/** As a problem of the manifest; a path that begins with `@` is below our block. */
export interface RuleFinding {
  severity: 'error' | 'warning';
  path: string;
  wrong: string;
  write: string;
}

export type Rule = (block: ComponentBlock, manifest: Manifest) => RuleFinding[];

export function error(path: string, wrong: string, write: string): RuleFinding {
  return { severity: 'error', path, wrong, write };
}

export function warning(path: string, wrong: string, write: string): RuleFinding {
  return { severity: 'warning', path, wrong, write };
}
