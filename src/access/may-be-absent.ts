import { ValidateIf } from 'class-validator';

/**
 * The field may be left out. Unlike `IsOptional` it does not let null pass, which would mean something of its own to
 * whoever reads the field.
 */
export const MayBeAbsent = (): PropertyDecorator =>
  ValidateIf((_body, value: unknown) => value !== undefined);
