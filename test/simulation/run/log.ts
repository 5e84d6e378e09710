import { Logger, type LoggerService } from '@nestjs/common';
import type { Judge } from '../invariants/judge';

/** The product's log goes to the judge, and nowhere else. @returns what ends that. */
export function hearLog(judge: Judge): () => void {
  const hear = (...parts: unknown[]): void => {
    for (const part of parts) if (typeof part === 'string') judge.line(part);
  };
  const logger: LoggerService = {
    log: hear,
    error: hear,
    warn: hear,
    debug: hear,
    verbose: hear,
    fatal: hear,
  };
  Logger.overrideLogger(logger);
  return () => void Logger.overrideLogger(false);
}
