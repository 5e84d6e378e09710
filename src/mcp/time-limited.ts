import { createContext, Script } from 'node:vm';

const context = createContext({ work: undefined as unknown });
const call = new Script('work()');

export class TookTooLong extends Error {}

/**
 * Runs synchronous work that foreign text decides the length of (a pattern that backtracks for ever), and ends it. The
 * process does nothing else meanwhile: keep the limit short.
 *
 * @throws TookTooLong, and whatever `work` throws
 */
export function timeLimited<T>(limitMs: number, work: () => T): T {
  context.work = work;
  try {
    return call.runInContext(context, { timeout: limitMs }) as T;
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      throw new TookTooLong(`it was not done within ${limitMs} ms`);
    throw error;
  } finally {
    context.work = undefined;
  }
}
