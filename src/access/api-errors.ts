import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ERROR_CODES, type ErrorCode } from '../shared/error-codes';
import { OriginalProblemDto, ProblemDto } from './problem.dto';

/** What any request with a JSON body can be refused for. */
export const BODY_ERRORS = [
  'BAD_REQUEST',
  'MALFORMED_JSON',
  'BODY_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
] as const satisfies ErrorCode[];

/** Documents the errors of a route of ours. Codes of one status must be named in one call. */
export const ApiErrors = (...codes: ErrorCode[]): MethodDecorator & ClassDecorator =>
  describeErrors(ProblemDto, codes);

/** The same for the endpoints of the original design. */
export const ApiOriginalErrors = (...codes: ErrorCode[]): MethodDecorator & ClassDecorator =>
  describeErrors(OriginalProblemDto, codes);

function describeErrors(
  shape: typeof ProblemDto,
  codes: readonly ErrorCode[],
): MethodDecorator & ClassDecorator {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes)
    byStatus.set(ERROR_CODES[code], [...(byStatus.get(ERROR_CODES[code]) ?? []), code]);
  return applyDecorators(
    ApiExtraModels(shape),
    ...[...byStatus].map(([status, of]) =>
      ApiResponse({
        status,
        description: of.map((code) => `\`${code}\``).join(', '),
        content: {
          'application/problem+json': {
            schema: {
              allOf: [
                { $ref: getSchemaPath(shape) },
                { type: 'object', properties: { code: { type: 'string', enum: of } } },
              ],
            },
          },
        },
      }),
    ),
  );
}
