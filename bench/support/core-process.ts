import { freePort } from '../../src/shared/free-port';
import { Program } from './programs';

/** A scripted core as the program that it is, brought back on the same port as often as it is wished. */
export class CoreProcess {
  private program?: Program;

  private constructor(
    private readonly port: number,
    private readonly environment: Record<string, string>,
  ) {}

  static async start(environment: Record<string, string>): Promise<CoreProcess> {
    const core = new CoreProcess(await freePort(), environment);
    await core.run();
    return core;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.program?.pid ?? 0;
  }

  async run(): Promise<void> {
    const program = Program.start('embedded/core/main.js', {
      ...this.environment,
      PORT: String(this.port),
    });
    this.program = program;
    const line = await program.firstLine();
    if (!line.includes('"ready":true')) throw new Error(`the core did not get ready; it said: ${line}`);
    program.mute();
  }

  signal(signal: NodeJS.Signals): void {
    this.program?.signal(signal);
  }

  /** At once, whatever state it is in. */
  async end(): Promise<void> {
    await this.program?.end('SIGKILL');
  }
}
