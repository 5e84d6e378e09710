import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ERROR_CODES, type ErrorCode } from '../shared/error-codes';
import { RdzenError } from '../shared/rdzen-error';
import { problem, PROBLEM_TYPE } from './problem';

/** Shapes every error as RFC 9457 problem JSON with a stable `code`, and shows nothing of the inside. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const { code, detail } = this.describe(error, request);
    const status = ERROR_CODES[code];
    if (status === 401 && !reply.hasHeader('www-authenticate'))
      void reply.header('www-authenticate', 'Bearer');
    if (status === 429) void reply.header('retry-after', '60');
    void reply
      .status(status)
      .header('content-type', PROBLEM_TYPE)
      .send(problem(code, detail, request.url));
  }

  private describe(error: unknown, request: FastifyRequest): { code: ErrorCode; detail: string } {
    if (error instanceof RdzenError) return { code: error.code, detail: error.message };
    // Nest hands on what Fastify refused as the cause of an exception of its own.
    const fastify = fastifyProblem(error) ?? fastifyProblem((error as Error | undefined)?.cause);
    if (fastify) return fastify;
    if (error instanceof HttpException) {
      const status = error.getStatus();
      const body = error.getResponse() as { message?: string | string[] } | string;
      const message =
        typeof body === 'string' ? body : ([] as string[]).concat(body.message ?? error.message).join('; ');
      if (status === 404)
        return {
          code: 'NOT_FOUND',
          detail: `There is no ${request.method} ${request.url.split('?')[0]}. /docs lists what there is.`,
        };
      if (status < 500) return { code: 'BAD_REQUEST', detail: message };
    }
    this.logger.error(
      `${request.method} ${request.url.split('?')[0]} failed`,
      error instanceof Error ? error.stack : String(error),
    );
    return { code: 'INTERNAL', detail: 'Something went wrong inside; the log of the process tells what.' };
  }
}

/** What Fastify itself refuses before any of our code sees the request. */
function fastifyProblem(error: unknown): { code: ErrorCode; detail: string } | undefined {
  const { code, statusCode, message } = (error ?? {}) as {
    code?: string;
    statusCode?: number;
    message?: string;
  };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE' || statusCode === 413) {
    return { code: 'BODY_TOO_LARGE', detail: 'The body is larger than 256 KiB.' };
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' || statusCode === 415) {
    return { code: 'UNSUPPORTED_MEDIA_TYPE', detail: 'Send the body as application/json.' };
  }
  if (
    code === 'FST_ERR_CTP_EMPTY_JSON_BODY' ||
    code === 'FST_ERR_CTP_INVALID_JSON_BODY' ||
    error instanceof SyntaxError
  ) {
    return { code: 'MALFORMED_JSON', detail: `The body is no JSON: ${message ?? ''}.` };
  }
  if (code?.startsWith('FST_') && statusCode !== undefined && statusCode < 500) {
    return { code: 'BAD_REQUEST', detail: message ?? 'The request is malformed.' };
  }
  return undefined;
}
