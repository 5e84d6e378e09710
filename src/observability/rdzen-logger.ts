import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import { API_KEY } from '../shared/api-key-shape';

const LEVELS: Record<'debug' | 'info' | 'warn' | 'error', LogLevel[]> = {
  debug: ['debug', 'log', 'warn', 'error', 'fatal'],
  info: ['log', 'warn', 'error', 'fatal'],
  warn: ['warn', 'error', 'fatal'],
  error: ['error', 'fatal'],
};

/** What the framework tells of its own start-up helps nobody who runs Rdzen. */
const CHATTER = new Set([
  'InstanceLoader',
  'RouterExplorer',
  'RoutesResolver',
  'NestFactory',
  'NestApplication',
]);

const DEEPEST = 6;
/** Known by its shape, so that no list of all that were ever made grows with them. */
const ANY_KEY = new RegExp(API_KEY, 'g');

/** The log: one line (or one JSON object) an entry, with every known secret and every API key struck out. */
export class RdzenLogger extends ConsoleLogger {
  private readonly secrets: string[] = [];

  constructor(level: keyof typeof LEVELS, format: 'text' | 'json') {
    super({
      logLevels: LEVELS[level],
      json: format === 'json',
      colors: format === 'text' && process.stdout.isTTY === true,
    });
  }

  /** From now on this value appears nowhere in the log. */
  hide(secret: string | undefined): void {
    if (secret && secret.length >= 6) this.secrets.push(secret);
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (CHATTER.has(String(rest.at(-1)))) return;
    super.log(this.clean(message), ...rest.map((each) => this.clean(each)));
  }

  override warn(message: unknown, ...rest: unknown[]): void {
    super.warn(this.clean(message), ...rest.map((each) => this.clean(each)));
  }

  override error(message: unknown, ...rest: unknown[]): void {
    super.error(this.clean(message), ...rest.map((each) => this.clean(each)));
  }

  override debug(message: unknown, ...rest: unknown[]): void {
    super.debug(this.clean(message), ...rest.map((each) => this.clean(each)));
  }

  override fatal(message: unknown, ...rest: unknown[]): void {
    super.fatal(this.clean(message), ...rest.map((each) => this.clean(each)));
  }

  private clean(value: unknown, depth = 0): unknown {
    if (typeof value === 'string')
      return this.secrets.reduce(
        (text, secret) => text.replaceAll(secret, '[secret]'),
        value.replace(ANY_KEY, '[secret]'),
      );
    if (typeof value !== 'object' || value === null) return value;
    if (depth > DEEPEST) return '[too deep]';
    if (value instanceof Error) return this.cleanError(value, depth);
    if (Array.isArray(value)) return value.map((each) => this.clean(each, depth + 1));
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.clean(each, depth + 1)]));
  }

  private cleanError({ name, message, stack, cause }: Error, depth: number): Error {
    const clean = new Error(String(this.clean(message)));
    clean.name = name;
    clean.stack = stack === undefined ? undefined : String(this.clean(stack));
    if (cause !== undefined) clean.cause = this.clean(cause, depth + 1);
    return clean;
  }
}
