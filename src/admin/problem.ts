import { ERROR_CODES, type ErrorCode } from '../shared/error-codes';
import type { OriginalProblemDto, ProblemDto } from '../access/problem.dto';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Endpoints of the original design, whose answers carry `success` and `error` besides. */
const ORIGINAL = /^\/(send|switch_core|status)(\?|$)/;

/** The RFC 9457 body of an error. */
export function problem(code: ErrorCode, detail: string, url = ''): ProblemDto | OriginalProblemDto {
  const words = code.toLowerCase().replaceAll('_', ' ');
  return {
    type: `urn:rdzen:error:${words.replaceAll(' ', '-')}`,
    title: words.charAt(0).toUpperCase() + words.slice(1),
    status: ERROR_CODES[code],
    detail,
    code,
    ...(ORIGINAL.test(url) ? { success: false, error: detail } : {}),
  };
}
