import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { SchemaJudge, SchemaTookTooLong } from '../mcp/schema-judge';
import { SchemaRefused } from '../mcp/tool-schema';
import { Clock } from '../shared/clock';

/** Holds arguments to the schema of a tool as it was approved. */
export abstract class ArgumentJudge {
  /** @returns what does not fit, in Ajv's words, for a model to mend; none where all fits */
  abstract check(schema: unknown, args: Record<string, unknown>): Promise<string[]>;
}

/** In a thread of its own, where a pattern that backtracks for ever is ended. */
@Injectable()
export class WorkerArgumentJudge extends ArgumentJudge implements OnModuleDestroy {
  private readonly judge: SchemaJudge;

  constructor(clock: Clock) {
    super();
    this.judge = new SchemaJudge(clock);
  }

  async check(schema: unknown, args: Record<string, unknown>): Promise<string[]> {
    try {
      return await this.judge.check(schema, args);
    } catch (error) {
      if (error instanceof SchemaRefused || error instanceof SchemaTookTooLong)
        return [`the arguments cannot be checked: ${error.message}`];
      throw error;
    }
  }

  async onModuleDestroy(): Promise<void> {
    await this.judge.close();
  }
}
