import { CoreClient, eventually } from '../../contract/cores/core-client';
import { CoreProcess } from '../../contract/cores/core-process';
import type { CoreUnderTest } from '../../contract/cores/core-under-test';

export interface EngineRig {
  /** Where node-llama-cpp is installed. */
  folder: string;
  /** SmolLM2 135M, which the expectations are written for. */
  gguf: string;
}

export const MODEL = 'smollm2:135m';

/** Undefined where there is no rig; a failure where a skipped suite must not pass for a good one. */
export function engineRigFromEnvironment(env: NodeJS.ProcessEnv = process.env): EngineRig | undefined {
  const { RDZEN_RIG_ENGINE: folder, RDZEN_RIG_GGUF: gguf } = env;
  if (folder && gguf) return { folder, gguf };
  if (env.RDZEN_REQUIRE_SUITES) throw new Error(MISSING);
  return undefined;
}

const MISSING =
  'RDZEN_RIG_ENGINE must name a folder with node-llama-cpp 3.21.1, RDZEN_RIG_GGUF the file of SmolLM2 135M (Q4_1)';

/** `describe` with the rig, or a skipped test that says what is missing. */
export function describeWithEngine(name: string, body: (rig: EngineRig) => void): void {
  const rig = engineRigFromEnvironment();
  if (rig) describe(name, () => body(rig));
  else it.skip(`${name} (${MISSING})`, () => undefined);
}

export function engineEnvironment(rig: EngineRig, env: Record<string, string> = {}): Record<string, string> {
  return {
    CORE_BRAIN: 'engine',
    CORE_ENGINE_DIR: rig.folder,
    CORE_MODEL_FILE: rig.gguf,
    CORE_MODEL: MODEL,
    CORE_THREADS: '1',
    ...env,
  };
}

/** A core with the real engine in a process of its own. */
export class EngineCore implements CoreUnderTest {
  readonly model = MODEL;
  readonly client: CoreClient;

  private constructor(readonly process: CoreProcess) {
    this.client = new CoreClient(this);
  }

  static async start(rig: EngineRig, env: Record<string, string> = {}): Promise<EngineCore> {
    const core = new EngineCore(await CoreProcess.start(engineEnvironment(rig, env)));
    await core.untilThere();
    return core;
  }

  get url(): string {
    return this.process.url;
  }

  signal(name: NodeJS.Signals): void {
    this.process.signal(name);
  }

  async signalRunner(name: NodeJS.Signals): Promise<void> {
    this.signal(name);
  }

  async restart(): Promise<void> {
    await this.process.restart();
    await this.untilThere();
  }

  close(): Promise<void> {
    return this.process.close();
  }

  /** The program listens before it knows its model where that is large. */
  private async untilThere(): Promise<void> {
    await eventually(
      async () => ((await this.client.get('/api/tags')).models as unknown[]).length > 0,
      10_000,
    );
  }
}
