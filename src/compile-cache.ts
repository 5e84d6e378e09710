import * as nodeModule from 'node:module';
import { join } from 'node:path';

/** Since Node 22.8; older ones go without. Source: Node's documentation, `module.enableCompileCache`. */
type CompileCache = {
  enableCompileCache?: (folder: string) => unknown;
  flushCompileCache?: () => void;
};
const cache = nodeModule as object as CompileCache;

/** Imported before all else: what is loaded from here on is compiled once, and later starts take it from the data folder. */
// Settings are read by what is to be loaded faster.
// eslint-disable-next-line no-restricted-properties
cache.enableCompileCache?.(join(process.env.RDZEN_DATA || 'data', 'compile-cache'));

/** Node writes it when it ends in order; a process that is killed one day has written it before. */
export function keepCompiled(): void {
  cache.flushCompileCache?.();
}
