import { ERROR_CODES, type ErrorCode } from '../../../../src/shared/error-codes';
import type { Reply } from './in-process-rdzen';

/** The reply is RFC 9457 problem JSON with this code, its status, and nothing of the inside. */
export function expectProblem(reply: Reply, code: ErrorCode, detail: RegExp = /./): void {
  expect({ status: reply.status, code: reply.body.code, type: reply.type }).toEqual({
    status: ERROR_CODES[code],
    code,
    type: 'application/problem+json; charset=utf-8',
  });
  const slug = code.toLowerCase().replaceAll('_', '-');
  expect(reply.body).toMatchObject({
    type: `urn:rdzen:error:${slug}`,
    status: ERROR_CODES[code],
    title: expect.stringMatching(/^[A-Z][a-z ]+$/),
    detail: expect.stringMatching(detail),
  });
  expect(reply.text).not.toMatch(/\bat \S+ \(|node_modules|\.ts:|\.js:/);
}

/** The same, with the two fields of the original design besides. */
export function expectOriginalProblem(reply: Reply, code: ErrorCode, detail: RegExp = /./): void {
  expectProblem(reply, code, detail);
  expect(reply.body).toMatchObject({ success: false, error: reply.body.detail });
}
